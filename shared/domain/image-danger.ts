import type { Digest } from './digest.ts'
import { parseImageName } from './image-name.ts'
import type { ImageRecord, TagRecord } from './records/images.ts'
import type { UsageRecord } from './records/workloads.ts'
import { everyDigest } from './usage.ts'

/** How it is with an image that cannot be pulled, the worst first. */
export const dangerReasons = ['ImageGone', 'TagGone', 'ImageArchived', 'ImageActivating', 'ImageUnreadable'] as const
export type DangerReason = (typeof dangerReasons)[number]

/** Something that runs, and would not be pulled again. */
export interface Danger {
  readonly reason: DangerReason
  /** What it is about and why, for people; equal for equal facts. It names a policy that archived it, whosever that is. */
  readonly text: string
  /** Who refers to it now. */
  readonly users: readonly UsageRecord[]
}

/** What is recorded of a repository, or of the part of it that is asked about. */
export interface KnownImages {
  readonly tags: ReadonlyMap<string, Pick<TagRecord, 'digest' | 'goneAt'>>
  readonly images: ReadonlyMap<Digest, ImageRecord>
}

/**
 * True for what rings: a manifest that is not understood here may be pulled all the same, and one that rings for years is
 * heard no more.
 */
export const isUrgent = ({ reason }: Pick<Danger, 'reason'>): boolean => reason !== 'ImageUnreadable'

/**
 * What workloads refer to and a pull would not get, the worst first. A digest and a tag count by what each names, since a
 * runtime pulls by the digest where a reference has both. Rollback targets do not count: nothing runs them, and an old
 * ReplicaSet names for months what was given up long ago. Nor does a bare digest, which may be of any repository, and
 * what was never seen, of which nothing was lost.
 */
export function dangersOf(usage: readonly UsageRecord[], known: KnownImages): Danger[] {
  const running = usage.filter(({ endedAt, rollback }) => endedAt === undefined && !rollback)
  const dangers = [...Map.groupBy(running, ({ image }) => pulledBy(image))].flatMap(([name, users]) => {
    const found = name && dangerOf(name, known)
    return found ? [{ ...found, users }] : []
  })
  return dangers.sort(
    (a, b) => dangerReasons.indexOf(a.reason) - dangerReasons.indexOf(b.reason) || (a.text < b.text ? -1 : 1),
  )
}

/** The digest or tag by which a reference is pulled, as text; undefined for what names no repository, or all of one. */
function pulledBy(image: string): string | undefined {
  const name = parseImageName(image)
  if (name.repository === undefined || name.digest === everyDigest) return undefined
  return name.digest ?? name.tag
}

function dangerOf(name: string, { tags, images }: KnownImages): Omit<Danger, 'users'> | undefined {
  const image = images.get(name as Digest)
  if (image) return imageDanger(name, image, images)
  const tag = tags.get(name)
  if (tag === undefined) return undefined
  if (tag.goneAt !== undefined) return { reason: 'TagGone', text: `tag ${name} is gone from the registry: ${fails}` }
  const tagged = images.get(tag.digest)
  return tagged && imageDanger(`tag ${name}`, tagged, images)
}

const fails = 'a pull of it fails'

/** Its own, or that of a platform which somebody may run; attestations are pulled by nobody. */
function imageDanger(
  name: string,
  image: ImageRecord,
  images: KnownImages['images'],
): Omit<Danger, 'users'> | undefined {
  const own = problemOf(image)
  if (own) return { reason: own.reason, text: `${name} ${own.text}` }
  if (image.unreadable !== undefined)
    return {
      reason: 'ImageUnreadable',
      text: `${name} cannot be read, so that a pull of it may fail: ${image.unreadable}`,
    }
  for (const digest of image.children ?? []) {
    const child = images.get(digest)
    const problem = child && child.platform?.os !== 'unknown' && problemOf(child)
    if (problem) return { reason: problem.reason, text: `${name}: its platform ${platformText(child)} ${problem.text}` }
  }
  return undefined
}

function problemOf({
  repository,
  digest,
  goneAt,
  storage,
  archivedBy,
}: ImageRecord): Omit<Danger, 'users'> | undefined {
  if (goneAt !== undefined) return { reason: 'ImageGone', text: `is gone from the registry: ${fails}` }
  if (storage === 'archived' && archivedBy !== undefined)
    return {
      reason: 'ImageArchived',
      text: `is archived in its registry, by policy ${archivedBy.policy}: ${fails} until it is back; 'shelflife restore ${repository}@${digest}' asks for it`,
    }
  if (storage === 'archived')
    return { reason: 'ImageArchived', text: `is archived in its registry: ${fails} until it is restored there` }
  if (storage === 'activating')
    return { reason: 'ImageActivating', text: `is on its way out of the archive of its registry: ${fails} until then` }
  return undefined
}

const platformText = ({ platform, digest }: ImageRecord): string =>
  platform ? `${platform.os}/${platform.architecture} (${digest})` : digest
