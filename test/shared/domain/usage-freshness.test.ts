import { describe, expect, it } from 'vitest'
import type { InventoryRecord } from '../../../shared/domain/records/workloads.ts'
import { isUsageKnown, sourcesFor, unknownIn } from '../../../shared/domain/usage-freshness.ts'
import { at } from '../../support/records.ts'

const [app, shop] = ['a.example.com/team/app', 'b.example.com/team/shop'] as const
const listed = (cluster: string, rest: Partial<InventoryRecord> = {}): [string, InventoryRecord] => [
  cluster,
  { cluster, startedAt: at(0), finishedAt: at(1), complete: true, workloads: 0, message: '', number: 1, ...rest },
]
/** `eu` pulls from both registries, `us` from the second alone. */
const scopes = { pullsFrom: (registry: string, source: string) => source === 'eu' || registry === 'b.example.com' }

describe('what is in use', () => {
  it('is not known of what a source may pull that was not listed, and of nothing else', () => {
    const inventories = new Map([listed('eu'), listed('us', { complete: false })])

    expect(unknownIn([app, shop], inventories, scopes, at(60))).toEqual(new Set([shop]))
  })

  it.each([
    ['was never listed', new Map([['eu', undefined], listed('us')])],
    ['was listed long ago', new Map([listed('eu', { startedAt: at(-3600) }), listed('us')])],
  ])('is known of nothing where the one that pulls all %s', (_, inventories) => {
    expect(unknownIn([app, shop], inventories, scopes, at(60))).toEqual(new Set([app, shop]))
  })

  it('is not known where nobody is said to pull', () => {
    const inventories = new Map([listed('us')])

    expect(unknownIn([app], inventories, scopes, at(60))).toEqual(new Set([app]))
    expect(isUsageKnown([], at(60))).toBe(false)
  })

  it('depends on whoever may pull from one of the registries', () => {
    expect(sourcesFor([app], ['eu', 'us'], scopes)).toEqual(['eu'])
    expect(sourcesFor([app, shop], ['eu', 'us'], scopes)).toEqual(['eu', 'us'])
    expect(sourcesFor([], ['eu', 'us'], scopes)).toEqual([])
  })
})
