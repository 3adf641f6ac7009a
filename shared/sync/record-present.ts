import pMap from 'p-map'
import type { Digest } from '../domain/digest.ts'
import type { Transition } from '../domain/lifecycle/transition.ts'
import type { ImageRecord, TagRecord } from '../domain/records.ts'
import type { RegistryReader } from '../ports/registry.ts'
import type { Store } from '../ports/store.ts'
import { saveTransition } from '../records/save-image.ts'
import { saveOrYield } from '../records/save-latest.ts'
import type { Observation } from './observe.ts'
import { type Known, planImages, planTags, type SyncContext, type TagChange } from './plan-records.ts'
import { planPulls } from './plan-refresh.ts'
import { readImages } from './read-images.ts'

export interface SyncDeps {
  readonly store: Store
  readonly reader: RegistryReader
  /**
   * Where another wrote first, a hint as a rule, what it wrote stands, and the tag is told here. Absent: it throws, and all
   * is read anew.
   */
  readonly overtaken?: ((tag?: string) => void) | undefined
}

/** What is recorded of the part that is looked at. */
export interface KnownPart extends Known {
  /** Images that were looked for and are not recorded: the store is not asked again. */
  readonly unrecorded?: ReadonlySet<Digest>
}

const writeConcurrency = 16

/** What was written of what is there, and the images of the repository as far as they are known now. */
export async function recordPresent(
  context: SyncContext,
  path: string,
  known: KnownPart,
  observed: Observation,
  deps: SyncDeps,
): Promise<{ readonly changes: number; readonly images: Map<Digest, ImageRecord> }> {
  const wanted = [...observed.tags.values(), ...observed.untagged].map(one => one.digest)
  const images = new Map(known.images)
  const found = await readImages(deps.reader, path, wanted, async digest => {
    const isLookedFor = known.complete || known.unrecorded?.has(digest)
    const image =
      images.get(digest) ?? (isLookedFor ? undefined : await deps.store.findImage(context.repository, digest))
    if (image) images.set(digest, image)
    return image !== undefined && image.goneAt === undefined
  })
  const usage = found.size > 0 ? await deps.store.listUsage(context.repository) : []
  const imageChanges = [
    ...planImages(context, { ...known, images }, observed, found, usage),
    ...planPulls(context, images, observed),
  ]
  const depthOf = ({ draft }: Transition) => found.get(draft.digest)?.depth ?? 0
  const tagChanges = planTags(context, known, observed)
  // What is known is not read again, so that what it leads to must be recorded before it.
  for (const [, changes] of [...Map.groupBy(imageChanges, depthOf)].sort(([a], [b]) => b - a))
    for (const image of await saveAll(changes, deps)) images.set(image.digest, image)
  await pMap(tagChanges, change => saveTagChange(change, deps), { concurrency: writeConcurrency })
  return { changes: imageChanges.length + tagChanges.length, images }
}

export const saveAll = (
  transitions: readonly Transition[],
  { store, overtaken }: Pick<SyncDeps, 'store' | 'overtaken'>,
): Promise<ImageRecord[]> =>
  pMap(transitions, one => saveOrYield(() => saveTransition(one, store), overtaken && (() => overtaken())), {
    concurrency: writeConcurrency,
  })

export const saveTagChange = (
  { draft, previous }: TagChange,
  { store, overtaken }: Pick<SyncDeps, 'store' | 'overtaken'>,
): Promise<TagRecord> => saveOrYield(() => store.saveTag(draft, previous), overtaken && (() => overtaken(draft.tag)))
