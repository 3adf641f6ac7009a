import type { Digest } from '../../shared/domain/digest.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import { stageOf } from '../../shared/domain/lifecycle/states.ts'
import { platformText } from '../../shared/domain/platform-text.ts'
import type { ImageRecord, Stage, TagRecord } from '../../shared/domain/records/images.ts'
import { indexReferences } from '../../shared/domain/reference-index.ts'
import { workloadText } from '../../shared/domain/retention/rules/in-use.ts'
import { attachedSubject } from '../../shared/domain/retention/versions/tag-kind.ts'
import { currentUse } from '../../shared/domain/usage-records.ts'
import { type VersionRole, versionRolesOf } from '../../shared/domain/version-roles.ts'
import { digestsBelow } from '../../shared/domain/version-runs.ts'
import { ClusterLists, unreadFor } from '../../shared/sweep/world/cluster-lists.ts'
import { asOwnUsage } from '../../shared/sweep/world/foreign-usage.ts'
import { policyWorldOf } from '../../shared/sweep/world/read-policy-world.ts'
import { type RepositoryWorld, readRepositoryWorld } from '../../shared/sweep/world/read-world.ts'
import type { Installation } from '../connect/installation.ts'
import { fatesIn, type PolicyCut } from './fates.ts'

/** One version: an image by itself or an index with what is below it. */
export interface ShownImage {
  readonly digest: string
  readonly tags: readonly string[]
  readonly role?: VersionRole
  readonly stage: Stage
  readonly pushedAt: string
  /** With the platforms below it; absent where it is not known. */
  readonly sizeBytes?: number
  /** Of an index: those below it that run somewhere. */
  readonly platforms?: readonly string[]
  /** Workloads that refer to it now. */
  readonly usedBy: readonly string[]
  /** What keeps it, or when it is deleted or archived and why. */
  readonly fate: string
  readonly goes: boolean
}

export interface ShownImages {
  readonly repository: string
  /** Newest first. */
  readonly images: readonly ShownImage[]
  /** Images that are not listed by themselves: platforms of an index, signatures and other referrers. */
  readonly parts: number
}

/** The versions of a repository with all that was read for them. */
export interface ViewedImages {
  readonly shown: ShownImages
  readonly cuts: readonly PolicyCut[]
  readonly world: RepositoryWorld
}

/** The versions of a repository, see {@link viewImages}. */
export const listImages = async (repository: string, installation: Installation, now: Date): Promise<ShownImages> =>
  (await viewImages(repository, installation, now)).shown

/** Reads of the whole repository what `explain` reads of one image, and judges each policy once. */
export async function viewImages(repository: string, installation: Installation, now: Date): Promise<ViewedImages> {
  const { store, settings, rulebook } = installation
  const lists = new ClusterLists(await installation.connectClusters(), rulebook, settings.awsWorkloads)
  const [all, world] = await Promise.all([lists.all(), readRepositoryWorld(repository, store, rulebook)])
  const unread = unreadFor(all.unread, new Set([repository]), rulebook)
  for (const error of unread.values()) throw error
  const tracked = all.tracked.filter(one => one.repository === repository)
  const policyWorld = await policyWorldOf([world], tracked, now, {
    store,
    clusters: lists.workloadSources,
    registries: rulebook,
  })
  const stops = { isStopped: await installation.killSwitch.isPaused(), unread }
  const fates = await fatesIn(policyWorld, world, all, stops, store)
  const versions = versionsOf(world)
  const show = shower(world)
  const images = versions.map(image => ({ ...show(image), ...fates.of(image) }))
  const shown = { repository, images, parts: world.images.length - versions.length }
  return { shown, cuts: fates.cutsOf(versions), world }
}

/** Neither below an index, nor about another image; by time of push, and tags that sort later first where that is one. */
function versionsOf({ images, tags }: RepositoryWorld): ImageRecord[] {
  const below = new Set(images.flatMap(({ children }) => children ?? []))
  const tagsOn = Map.groupBy(tags, tag => tag.digest)
  const isAttached = (image: ImageRecord): boolean => {
    const names = tagsOn.get(image.digest) ?? []
    if (image.subject !== undefined) return names.length === 0
    return names.length > 0 && names.every(({ tag }) => attachedSubject(tag) !== undefined)
  }
  const isPart = (image: ImageRecord): boolean => below.has(image.digest) && !tagsOn.has(image.digest)
  const firstTag = ({ digest }: ImageRecord): string => tagsOn.get(digest)?.[0]?.tag ?? ''
  return images
    .filter(image => !isPart(image) && !isAttached(image))
    .sort(
      (a, b) =>
        b.pushedAt.at.getTime() - a.pushedAt.at.getTime() ||
        firstTag(b).localeCompare(firstTag(a), 'en', { numeric: true }),
    )
}

function shower({ images, tags, usage, foreignUsage }: RepositoryWorld) {
  const records = new Map(images.map(image => [image.digest, image]))
  const everyUse = [...usage, ...asOwnUsage(foreignUsage)]
  const useOf = currentUse(everyUse, tags)
  const roles = versionRolesOf(images, tags, indexReferences(everyUse))
  const tagsOn = Map.groupBy(tags, tag => tag.digest)
  return (image: ImageRecord): Omit<ShownImage, 'fate' | 'goes'> => {
    const below = [...digestsBelow(image.digest, records)]
    const role = roles.get(image.digest)
    const sizeBytes = sizeOf(image, below, records)
    const platforms = below.flatMap(digest => (digest === image.digest ? [] : platformOf(records.get(digest))))
    return {
      digest: image.digest,
      tags: tagNames(tagsOn.get(image.digest)),
      ...(role && { role }),
      stage: stageOf(image),
      pushedAt: secondsOf(image.pushedAt.at),
      ...(sizeBytes !== undefined && { sizeBytes }),
      ...(platforms.length > 0 && { platforms }),
      usedBy: [...new Set(below.flatMap(digest => useOf(digest).map(workloadText)))].sort(),
    }
  }
}

const tagNames = (tags: readonly TagRecord[] = []): string[] => tags.map(({ tag }) => tag).sort()

/** An index is as large as all that it holds. */
function sizeOf(
  image: ImageRecord,
  below: readonly Digest[],
  records: ReadonlyMap<Digest, ImageRecord>,
): number | undefined {
  if (image.children === undefined || image.children.length === 0) return image.sizeBytes
  const sizes = below.flatMap(digest => (digest === image.digest ? [] : (records.get(digest)?.sizeBytes ?? [])))
  return sizes.length === 0 ? undefined : sizes.reduce((sum, size) => sum + size, 0)
}

/** Attestations run nowhere. */
const platformOf = (image: ImageRecord | undefined): string[] =>
  image?.platform === undefined || image.platform.os === 'unknown' ? [] : [platformText(image.platform)]
