import { parseImageName } from '../../domain/image-name.ts'
import { nameForReader, type OwningNamespace } from '../../domain/name-for-reader.ts'
import type { UsageRecord } from '../../domain/records/workloads.ts'
import { partsOf } from '../../domain/repository-id.ts'
import { workloadName } from '../../domain/usage.ts'
import type { RepositoryWorld } from './read-world.ts'

type Worlds = readonly Pick<RepositoryWorld, 'id' | 'foreignUsage'>[]

/**
 * One line for each host that no registry is known by and under which workloads name a path of these repositories, with
 * what settles whose host it is. For the people of a namespace nothing of others is named; for an operator all is.
 */
export function foreignHostLines(worlds: Worlds, reader: OwningNamespace | undefined): string[] {
  const uses = worlds.flatMap(({ id, foreignUsage }) =>
    foreignUsage
      .filter(({ record, isUnknownHost }) => isUnknownHost && record.endedAt === undefined)
      .map(({ record }) => ({ record, registry: partsOf(id).registry })),
  )
  const byHost = Map.groupBy(uses, ({ record, registry }) => `${hostOf(record)} ${registry}`)
  return [...byHost.values()].map(of => lineOf(of, reader)).sort()
}

const shownHosts = 3

/** The same in one text; undefined where there is none. */
export function foreignHostsText(worlds: Worlds, reader: OwningNamespace): string | undefined {
  const lines = foreignHostLines(worlds, reader)
  if (lines.length === 0) return undefined
  const more = lines.length > shownHosts ? [`${lines.length - shownHosts} more hosts that no registry is known by`] : []
  return [...lines.slice(0, shownHosts), ...more].join('; ')
}

function lineOf(
  uses: readonly { readonly record: UsageRecord; readonly registry: string }[],
  reader: OwningNamespace | undefined,
): string {
  const texts = [...new Set(uses.map(({ record }) => runsText(record, reader)))].sort()
  const more = texts.length > 1 ? ` (and ${texts.length - 1} more)` : ''
  const registry = uses[0]?.registry
  return `${texts[0]}${more}, a host that no registry is known by: kept; add it to aliases or notAliases of registries[${registry}]`
}

function runsText(record: UsageRecord, reader: OwningNamespace | undefined): string {
  const name = workloadName(record)
  return `${reader ? nameForReader(reader, record, name) : name} runs ${record.image}`
}

function hostOf({ image }: UsageRecord): string {
  const name = parseImageName(image)
  return name.repository === undefined ? '' : name.host
}
