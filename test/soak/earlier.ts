import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Store } from '../../shared/ports/store.ts'
import type { Code } from './code.ts'
import type { Dice } from './dice.ts'
import type { RegistryKind } from './soak-registry.ts'

/** Commits from which an upgrade is played. */
export const earlierNames = ['6e1a4d3', '7b9ec678'] as const
export type EarlierName = (typeof earlierNames)[number]
export type From = EarlierName | 'none'

/** A version before that of today. */
export interface Earlier {
  readonly name: EarlierName
  /** The table as that version writes and reads it: whatever it calls the same is looked at and counted like today's. */
  storeOf(client: DynamoDBClient, tableName: string): Store
  codeOf(store: Store): Code
}

/** Imported where it is played: a version before is as large as that of today. */
export async function loadEarlier(name: EarlierName): Promise<Earlier> {
  if (name === '7b9ec678') return { name, ...(await (await import('./release-before.ts')).loadReleaseBefore()) }
  const [{ codeOfYesterday }, { storeOfYesterday }] = await Promise.all([
    import('./yesterday.ts'),
    import('./yesterday-store.ts'),
  ])
  return { name, codeOf: codeOfYesterday, storeOf: storeOfYesterday }
}

/** What most rounds begin with, in so many of a hundred. 6e1a4d3 knows neither Harbor nor what a push time of ECR is. */
export const anyFrom = (dice: Dice, kind: RegistryKind): From =>
  dice.weighted<From>(
    kind === 'plain' ? { none: 70, '6e1a4d3': 15, '7b9ec678': 15 } : { none: 75, '6e1a4d3': 0, '7b9ec678': 25 },
  )
