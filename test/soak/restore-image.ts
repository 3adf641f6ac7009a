import type { Digest } from '../../shared/domain/digest.ts'
import { ConflictError, InvalidInputError } from '../../shared/errors.ts'
import type { Estate } from './estate.ts'

/** Why an image could not be put back; undefined when it stands completely. */
export type RestoreProblem = string | undefined

/**
 * Puts a deleted image back from the archive: children, the manifest, its referrers, its tags where they are free, and
 * the Repository objects that went with it.
 */
export async function restoreImage(estate: Estate, path: string, digest: Digest): Promise<RestoreProblem> {
  const { archive, registry, writer, clusters } = estate
  const found = await archive.findManifest(`${registry.host}/${path}`, digest)
  if (!found) return `${digest} is not in the archive`
  for (const child of found.graph.children as Digest[]) {
    if (await writer.findManifest(path, child)) continue
    const problem = await restoreImage(estate, path, child)
    if (problem !== undefined) return problem
  }
  try {
    await writer.putManifest(path, digest, found)
  } catch (error) {
    if (error instanceof InvalidInputError) return error.message
    throw error
  }
  for (const referrer of found.graph.referrers as Digest[])
    if (!(await writer.findManifest(path, referrer))) await restoreImage(estate, path, referrer)
  for (const tag of found.graph.tags)
    if ((await writer.findTag(path, tag)) === undefined) await writer.putManifest(path, tag, found)
  for (const object of found.graph.objects) {
    const cluster = clusters.find(one => one.name === object.cluster)
    if (!cluster || cluster.get('Repository', object.metadata.name)) continue
    await cluster.createObject('Repository', object as unknown as Record<string, unknown>).catch(error => {
      if (!(error instanceof ConflictError)) throw error
      cluster.put('Repository', object.metadata.name, object.spec as object, object.metadata)
    })
  }
  return undefined
}
