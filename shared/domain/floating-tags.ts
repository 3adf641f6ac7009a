import { findReferred } from './image-name.ts'
import type { TagRecord } from './records/images.ts'
import type { UsageRecord } from './records/workloads.ts'

/** Why nodes may run different images under one tag. */
export const floatingReasons = ['LatestTag', 'MovedTag'] as const
type FloatingReason = (typeof floatingReasons)[number]

/** A tag that moves, and workloads whose nodes do not ask for it again once they have it. */
export interface FloatingTag {
  readonly reason: FloatingReason
  readonly tag: string
  /** What it is about, for people; equal for equal facts. */
  readonly text: string
  /** Who refers to it now, and is pulled by what a node has. */
  readonly users: readonly UsageRecord[]
}

/** What to do about it. */
export const floatingAdvice = 'name a version or a digest, or set imagePullPolicy to Always'

/**
 * The tags that workloads pull only where a node has none (`ifNotPresent`) although what they mean changes, by name:
 * `latest`, and what moved since a workload named it. One that moved before is no news to who named it later, and what
 * names a digest means one image.
 */
export function floatingTagsOf(
  usage: readonly UsageRecord[],
  tags: ReadonlyMap<string, Pick<TagRecord, 'movedAt' | 'previousDigest'>>,
): FloatingTag[] {
  const found = usage.flatMap(record => {
    const tag = isPulledOnce(record) ? tagOf(record.image) : undefined
    const reason = tag === undefined ? undefined : reasonOf(tag, record, tags.get(tag))
    return tag !== undefined && reason ? [{ tag, reason, record }] : []
  })
  return [...Map.groupBy(found, ({ tag }) => tag)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tag, all]) => {
      const [{ reason } = { reason: floatingReasons[0] }] = all
      return { reason, tag, text: texts[reason](tag), users: all.map(({ record }) => record) }
    })
}

const isPulledOnce = ({ endedAt, rollback, ifNotPresent }: UsageRecord): boolean =>
  ifNotPresent === true && endedAt === undefined && !rollback

function tagOf(image: string): string | undefined {
  const name = findReferred(image)
  return name?.digest === undefined ? name?.tag : undefined
}

function reasonOf(
  tag: string,
  { firstSeenAt }: UsageRecord,
  { movedAt, previousDigest }: Pick<TagRecord, 'movedAt' | 'previousDigest'> = {},
): FloatingReason | undefined {
  if (tag === 'latest') return 'LatestTag'
  // A tag that came to an older image for the first time has a time too, and meant nothing else before.
  return previousDigest && movedAt && movedAt > firstSeenAt ? 'MovedTag' : undefined
}

const texts: Readonly<Record<FloatingReason, (tag: string) => string>> = {
  LatestTag: tag =>
    `tag ${tag} is pulled only by nodes that have none yet (IfNotPresent): nodes may run different images`,
  MovedTag: tag => `tag ${tag} has moved, and nodes that had it keep the image of before (IfNotPresent)`,
}
