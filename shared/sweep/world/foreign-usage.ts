import { type CopyRelation, relationsOf } from '../../domain/copies/copy-relation.ts'
import type { RepositoryCopies } from '../../domain/copies/repository-copies.ts'
import { isPublicHost } from '../../domain/foreign-host.ts'
import { parseImageName } from '../../domain/image-name.ts'
import type { UsageRecord } from '../../domain/records/workloads.ts'
import { partsOf } from '../../domain/repository-id.ts'
import { everyDigest, type ForeignWorkload } from '../../domain/usage.ts'
import { anyRepository, foreignRepository, usageOf, withCurrent } from '../../domain/usage-records.ts'
import type { Store } from '../../ports/store.ts'
import type { Rulebook } from '../../settings.ts'

/** What the settings say of hosts. */
export type KnownRegistries = Pick<
  Rulebook,
  | 'registries'
  | 'canonicalHost'
  | 'pathSpellings'
  | 'isConfigured'
  | 'isNotAlias'
  | 'pullsFrom'
  | 'pullScopesOf'
  | 'factsOf'
>

/** A reference under another host that may mean an image of the repository. */
export interface ForeignUse {
  /** As it is stored: its image has the host that the workload names. */
  readonly record: UsageRecord
  /** The repository's own image that it may mean, by the tag or digest that counts. */
  readonly image: string
  /** True where no setting says yet whose host it is. */
  readonly isUnknownHost: boolean
  /** What it names is to the repository; undefined where neither is copied to the other. */
  readonly relation: CopyRelation | undefined
}

/**
 * What workloads name by the path of a repository under other hosts: by tag or digest under one that no registry is known
 * by and that of a registry which replicates the path to here, or may, by digest alone under that of any other registry. One
 * that it is replicated to counts as well: the rule may replicate deletes. `notAliases` of the repository's registry are left
 * out. `current` counts beside what is stored.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication-delete.html
 */
export async function readForeignUse(
  id: string,
  store: Pick<Store, 'listUsage'>,
  known: KnownRegistries,
  { current, copies }: { readonly current: readonly UsageRecord[]; readonly copies: Promise<RepositoryCopies> },
): Promise<ForeignUse[]> {
  const places = foreignPlaces(id, known)
  const [stored, how] = await Promise.all([Promise.all(places.map(place => store.listUsage(place))), copies])
  const foreign = new Set(places)
  const records = withCurrent(
    stored.flat(),
    current.filter(record => foreign.has(record.repository)),
  )
  const relations = relationsOf(how)
  return records.flatMap(record => foreignUseOf(id, record, known, relations))
}

/** Where references are stored that may mean images of a repository, its own place included. */
export const usagePlaces = (id: string, known: KnownRegistries): ReadonlySet<string> =>
  new Set([id, anyRepository, ...foreignPlaces(id, known)])

function foreignPlaces(id: string, known: KnownRegistries): string[] {
  const { registry, path } = partsOf(id)
  const others = known.registries.filter(host => host !== registry && !known.isNotAlias(registry, host))
  const paths = known.pathSpellings(registry, path)
  // By another alias of the account was stored what was listed before the settings named it.
  const own = paths.filter(one => one !== path).map(one => `${registry}/${one}`)
  return [...own, ...paths.flatMap(one => [foreignRepository(one), ...others.map(host => `${host}/${one}`)])]
}

function foreignUseOf(
  id: string,
  record: UsageRecord,
  known: KnownRegistries,
  relations: ReadonlyMap<string, CopyRelation>,
): ForeignUse[] {
  const { registry } = partsOf(id)
  const name = parseImageName(record.image)
  if (name.repository === undefined || name.repository === id || known.isNotAlias(registry, name.host)) return []
  const { host, tag, digest } = name
  const canonical = known.canonicalHost(host)
  // A host that became an alias since the last inventory is the registry's own.
  const isOthers = canonical !== registry && (isPublicHost(host) || known.isConfigured(canonical))
  const relation = relations.get(canonical)
  const isUnknownHost = canonical !== registry && !isOthers && relation === undefined
  const counted = [
    ...((isOthers && relation === undefined) || tag === undefined ? [] : [`:${tag}`]),
    ...(digest === undefined || digest === everyDigest ? [] : [`@${digest}`]),
  ]
  return counted.length === 0 ? [] : [{ record, image: `${id}${counted.join('')}`, isUnknownHost, relation }]
}

/** The same references, spelled as the repository's own, for what counts them all. */
export const asOwnUsage = (foreign: readonly ForeignUse[]): UsageRecord[] =>
  foreign.map(({ record, image }) => ({ ...record, image }))

/** Those that have not ended, as retention judges by them. */
export const foreignWorkloadsOf = (foreign: readonly ForeignUse[], seenAt: Date): ForeignWorkload[] =>
  foreign.flatMap(({ record, image, relation }) =>
    usageOf([record], true, seenAt).workloads.map(workload => ({
      ...workload,
      image,
      spelled: record.image,
      ...(relation && { relation }),
    })),
  )
