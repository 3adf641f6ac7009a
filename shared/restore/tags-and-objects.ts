import { isTag } from '../domain/repository-name.ts'
import type { ArchivedObject } from '../ports/platform.ts'
import type { DeletedImage, ReadImage, RestoreBounds, RestoreRoot } from './restore-world.ts'

/**
 * Which tags and objects come back with each image. Of a child that stands because another index has it, what was
 * deleted with it at another time stays deleted.
 */
export function withTagsAndObjects(
  images: readonly ReadImage[],
  roots: readonly RestoreRoot[],
  within?: RestoreBounds,
): DeletedImage[] {
  const rootsOf = Map.groupBy(roots, root => root.digest)
  const runs = new Set(images.filter(image => rootsOf.has(image.digest)).flatMap(runOf))
  return images.map(image => {
    const own = rootsOf.get(image.digest) ?? []
    const isOfTheirRun = runOf(image).some(run => runs.has(run))
    const takesPart = own.length > 0 || !image.stands || image.record?.goneAt !== undefined || isOfTheirRun
    const graph = takesPart && isWithin(image, within) ? image.archived?.graph : undefined
    const named = own.flatMap(root => root.tag ?? [])
    const tags = [...new Set([...(graph?.tags ?? []), ...named])].filter(isTag).sort()
    return { ...image, named, tags, objects: objectsWithin(graph?.objects ?? [], within) }
  })
}

const isWithin = ({ archived }: ReadImage, within: RestoreBounds | undefined): boolean =>
  within === undefined || archived?.graph.policy === within.policy

const objectsWithin = (objects: readonly ArchivedObject[], within: RestoreBounds | undefined) =>
  objects.filter(
    ({ cluster, metadata }) =>
      within === undefined || (cluster === within.cluster && within.namespaces.has(metadata.namespace)),
  )

/** The run that deleted it, where the archive says. */
const runOf = ({ archived }: ReadImage): string[] => {
  const { policy, runId } = archived?.graph ?? {}
  return policy === undefined || runId === undefined ? [] : [`${policy}/${runId}`]
}
