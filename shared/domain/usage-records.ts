import type { Digest } from './digest.ts'
import { isPublicHost } from './foreign-host.ts'
import { findReferred } from './image-name.ts'
import type { TagRecord } from './records/images.ts'
import type { UsageRecord } from './records/workloads.ts'
import { indexReferences } from './reference-index.ts'
import { canonicalParts, type Spelling } from './repository-id.ts'
import { everyDigest, type Usage, type Workload } from './usage.ts'

/** The repository under which references by digest alone are kept: they protect that digest everywhere. */
export const anyRepository = '*'

/** The repository under which references are kept that name this path under a host which the settings do not name. */
export const foreignRepository = (path: string): string => `${anyRepository}/${path}`

/** True for {@link anyRepository} and every {@link foreignRepository}: no image is recorded there. */
export const isOfNoRegistry = (repository: string): boolean =>
  repository === anyRepository || repository.startsWith(foreignRepository(''))

/** How the settings know the hosts that workloads name. */
export interface KnownHosts extends Spelling {
  /** True for a registry that the settings name, by its canonical host. */
  isConfigured(registry: string): boolean
}

/** One spelling for the references that mean the same image. */
interface Reference {
  readonly repository: string
  readonly image: string
}

/**
 * The reference under its own repository; and once more by its path alone where the host is unknown, since it may be
 * another name of a registry that is known. A tag of a public registry is that registry's, and what names no tag or digest
 * that can be compared counts under its own host alone.
 */
function referencesOf(image: string, hosts: KnownHosts): Reference[] {
  const name = findReferred(image)
  if (name === undefined) return []
  if (name.repository === undefined) return [{ repository: anyRepository, image: name.digest }]
  const { registry, path } = canonicalParts(name.host, name.path, hosts)
  const repository = `${registry}/${path}`
  if (name.tag === undefined && name.digest === undefined)
    return [{ repository, image: `${repository}@${everyDigest}` }]
  const tag = name.tag === undefined ? '' : `:${name.tag}`
  const own = { repository, image: `${repository}${tag}${name.digest === undefined ? '' : `@${name.digest}`}` }
  const isTheirs = hosts.isConfigured(registry) || (isPublicHost(registry) && name.digest === undefined)
  return isTheirs ? [own] : [own, { ...own, repository: foreignRepository(path) }]
}

const identity = (
  record: Pick<UsageRecord, 'repository' | 'cluster' | 'kind' | 'namespace' | 'name' | 'image'>,
): string => [record.repository, record.cluster, record.kind, record.namespace, record.name, record.image].join('#')

/** A record of now, with what the one before it knows. */
function seenAgain(record: UsageRecord, before: UsageRecord | undefined): UsageRecord {
  if (before === undefined || before.unclear !== undefined) return record
  const { endedAt: _e, expiresAtSeconds: _x, ifNotPresent: _i, ...known } = before
  return { ...known, ...record, firstSeenAt: before.firstSeenAt }
}

/** The references of workloads as records of now: of all repositories, or of these and the like (see {@link anyRepository}). */
export function usageRecordsOf(
  workloads: readonly Workload[],
  hosts: KnownHosts,
  now: Date,
  places?: ReadonlySet<string>,
): UsageRecord[] {
  const known = new Map<string, readonly Reference[]>()
  const referencesTo = (image: string) => {
    const references = known.get(image) ?? referencesOf(image, hosts).filter(one => places?.has(one.repository) ?? true)
    known.set(image, references)
    return references
  }
  const records = new Map<string, UsageRecord>()
  for (const { cluster, kind, namespace, name, image, rollback = false, ifNotPresent } of workloads)
    for (const one of referencesTo(image)) {
      const record = { ...one, cluster, kind, namespace, name, rollback, firstSeenAt: now }
      const key = identity(record)
      // One workload may spell an image in two ways, and say of one of them how it is pulled.
      const isOnce = ifNotPresent === true || records.get(key)?.ifNotPresent === true
      records.set(key, isOnce ? { ...record, ifNotPresent: true } : record)
    }
  return [...records.values()]
}

/** True where both are of use now, or both of an end, and of the same kind of use. */
const isSameUse = (old: UsageRecord | undefined, record: UsageRecord): boolean =>
  old !== undefined &&
  old.unclear === undefined &&
  old.rollback === record.rollback &&
  (old.endedAt === undefined) === (record.endedAt === undefined)

/**
 * Of the records of now those that the store does not have like this: new, back after they had ended, another rollback,
 * or pulled otherwise.
 */
export function findUnrecorded(stored: readonly UsageRecord[], current: readonly UsageRecord[]): UsageRecord[] {
  const before = new Map(stored.map(record => [identity(record), record]))
  return current.flatMap(record => {
    const old = before.get(identity(record))
    return isSameUse(old, record) && old?.ifNotPresent === record.ifNotPresent ? [] : seenAgain(record, old)
  })
}

/** Of changed records those that begin, end or become rollback targets: the others are only pulled otherwise than before. */
export function findMoved(stored: readonly UsageRecord[], changed: readonly UsageRecord[]): UsageRecord[] {
  const keys = new Set(changed.map(identity))
  const before = new Map(stored.map(record => [identity(record), record] as const).filter(([key]) => keys.has(key)))
  return changed.filter(record => !isSameUse(before.get(identity(record)), record))
}

/** The stored records as they would be with those of now written: another listing may have ended what is there again. */
export function withCurrent(stored: readonly UsageRecord[], current: readonly UsageRecord[]): UsageRecord[] {
  const unrecorded = findUnrecorded(stored, current)
  const replaced = new Set(unrecorded.map(identity))
  return [...stored.filter(record => !replaced.has(identity(record))), ...unrecorded]
}

/**
 * The records to write so that the store shows what a complete listing of one cluster shows: new references, ones that
 * came back, ones that ended, ones that became or ceased to be rollback targets. Nothing for what stayed as it was.
 */
export function planUsageRecords(
  stored: readonly UsageRecord[],
  listed: readonly Workload[],
  hosts: KnownHosts,
  now: Date,
): UsageRecord[] {
  const current = usageRecordsOf(listed, hosts, now)
  const seen = new Set(current.map(identity))
  const ended = stored.filter(record => record.endedAt === undefined && !seen.has(identity(record)))
  return [...findUnrecorded(stored, current), ...ended.map(record => ({ ...record, endedAt: now }))]
}

/**
 * Records of ended references that tell nothing which another does not: the image is still referred to in that cluster,
 * or was so later. Pods come and go under names of their own, so that all of them would be kept for ever. Rollback
 * targets are told apart, since what ran is no target and what is one does not run.
 */
export function findSuperseded(stored: readonly UsageRecord[], changed: readonly UsageRecord[]): UsageRecord[] {
  const latest = new Map([...stored, ...changed].map(record => [identity(record), record]))
  const ofImage = Map.groupBy(latest.values(), one => [one.repository, one.image, one.rollback].join('#'))
  return [...ofImage.values()].flatMap(records => {
    const ended = records.filter(record => record.endedAt !== undefined)
    const earlier = ended.length < records.length ? ended : ended.toSorted(latestFirst).slice(1)
    return earlier.filter(record => record.expiresAtSeconds === undefined)
  })
}

const latestFirst = (a: UsageRecord, b: UsageRecord): number =>
  (b.endedAt?.getTime() ?? 0) - (a.endedAt?.getTime() ?? 0) || (identity(a) < identity(b) ? -1 : 1)

/** What the stored records say of use now: those that have not ended. */
export const usageOf = (records: readonly UsageRecord[], complete: boolean, seenAt: Date): Usage => ({
  complete,
  workloads: records
    .filter(record => record.endedAt === undefined)
    .map(({ cluster, kind, namespace, name, image, rollback }) => ({
      cluster,
      kind,
      namespace,
      name,
      image,
      rollback,
      lastSeenAt: seenAt,
    })),
})

/** The references of now to one image of the repository that `records` are of, by its digest or by one of its tags. */
export function currentReferences(
  records: readonly UsageRecord[],
  digest: Digest,
  tags: readonly string[],
): readonly UsageRecord[] {
  return indexReferences(records.filter(record => record.endedAt === undefined)).to(digest, tags)
}

/** The references to an image that count no more since the cluster is drained, see `drained-clusters.ts`. */
export function drainedReferences(
  records: readonly UsageRecord[],
  digest: Digest,
  tags: readonly string[],
  drained: readonly string[],
): readonly UsageRecord[] {
  const theirs = records.filter(({ cluster }) => drained.includes(cluster))
  return indexReferences(theirs).to(digest, tags)
}

/**
 * The references of now to any image of a repository, by its digest or by a tag on it. Indexed when it is first asked,
 * so that many images can be asked for and none costs nothing.
 */
export function currentUse(
  records: readonly UsageRecord[],
  tags: Iterable<Pick<TagRecord, 'tag' | 'digest'>>,
): (digest: Digest) => readonly UsageRecord[] {
  const build = () => ({
    references: indexReferences(records.filter(record => record.endedAt === undefined)),
    tagsOn: Map.groupBy(tags, tag => tag.digest),
  })
  let index: ReturnType<typeof build> | undefined
  return digest => {
    index ??= build()
    return index.references.to(
      digest,
      (index.tagsOn.get(digest) ?? []).map(({ tag }) => tag),
    )
  }
}
