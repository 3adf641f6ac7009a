import pMap from 'p-map'
import * as z from 'zod'
import { isRegistryOutcome } from '../domain/sync-reason.ts'
import { ConflictError, InvalidInputError, NotFoundError, OtherOwnerError } from '../errors.ts'
import type { Cluster } from '../ports/cluster.ts'
import type { ArchivedObject } from '../ports/platform.ts'
import type { RestoreContext } from './restore-context.ts'
import { isBack, type RestoredItem } from './restore-outcome.ts'
import { type DeletedImage, nameOfObject, type RestoreWorld } from './restore-world.ts'

const objectsAtOnce = 8
const tagged = z.object({ tag: z.string().optional() })

/** The Repository objects that were deleted with the images and are there now, `cluster/namespace/name` each. */
export async function findObjectsThere(
  images: Iterable<DeletedImage>,
  clusters: readonly Cluster[],
): Promise<ReadonlySet<string>> {
  const objects = [...images].flatMap(image => image.objects)
  const found = await pMap(
    objects,
    async object => {
      const { namespace, name } = object.metadata
      const cluster = clusters.find(one => one.name === object.cluster)
      // A cluster that does not answer holds up no image: it is asked again when the object is created.
      return cluster?.findObject('Repository', namespace, name).catch(error => {
        if (!isRegistryOutcome(error)) throw error
      })
    },
    { concurrency: objectsAtOnce },
  )
  return new Set(objects.filter((_, at) => found[at] !== undefined).map(nameOfObject))
}

/** The objects of an image that are not there and whose tag is back: one that tracks a tag which moved on is not ours. */
export const objectsToPut = (
  image: DeletedImage,
  world: RestoreWorld,
  own: readonly RestoredItem[],
): ArchivedObject[] =>
  image.objects.filter(object => !world.objectsThere.has(nameOfObject(object)) && isBack(trackedBy(object, image, own)))

/** What became of the tag that an object tracks, or of its image where it tracks none. */
function trackedBy(object: ArchivedObject, image: DeletedImage, own: readonly RestoredItem[]): RestoredItem {
  const tag = tagged.safeParse(object.spec).data?.tag
  const tracked =
    own.find(thing => thing.kind === 'tag' && thing.name === tag) ?? own.find(thing => thing.kind === 'manifest')
  if (tracked === undefined) throw new Error(`expected something to have become of ${image.digest}`)
  return tracked
}

/** Creates the objects again, each in the cluster it came from. */
export async function putObjects(
  world: RestoreWorld,
  things: readonly RestoredItem[],
  clusters: readonly Cluster[],
  context: RestoreContext,
): Promise<RestoredItem[]> {
  const byImage = Map.groupBy(things, thing => thing.digest)
  const wanted = [...world.images.values()].flatMap(image => image.objects.map(object => ({ image, object })))
  return pMap(
    wanted,
    async ({ image, object }): Promise<RestoredItem> => {
      const thing = { kind: 'object' as const, name: nameOfObject(object), digest: image.digest }
      if (world.objectsThere.has(thing.name)) return { ...thing, ...present }
      const tracked = trackedBy(object, image, byImage.get(image.digest) ?? [])
      if (!isBack(tracked))
        return { ...thing, outcome: tracked.outcome, reason: `what it tracks is not back: ${tracked.reason}` }
      return { ...thing, ...(await putObject(object, clusters, context)) }
    },
    { concurrency: objectsAtOnce },
  )
}

const present = { outcome: 'present' as const, reason: 'an object of this name exists' }

/** Why nothing may be made in the cluster: it belongs to another installation. */
const refusalOf = async (cluster: Cluster): Promise<OtherOwnerError | undefined> => {
  try {
    await cluster.requireOwn?.()
  } catch (error) {
    if (error instanceof OtherOwnerError) return error
    throw error
  }
}

async function putObject(
  object: ArchivedObject,
  clusters: readonly Cluster[],
  { dryRun }: RestoreContext,
): Promise<Pick<RestoredItem, 'outcome' | 'reason'>> {
  const { metadata, spec } = object
  const cluster = clusters.find(one => one.name === object.cluster)
  if (!cluster) return { outcome: 'missing', reason: `cluster ${object.cluster} is not configured any more` }
  try {
    const others = await refusalOf(cluster)
    if (others) return { outcome: 'left-alone', reason: others.message }
    if (!dryRun) await cluster.createObject('Repository', { metadata, spec })
    return { outcome: 'restored', reason: 'the Repository object' }
  } catch (error) {
    if (error instanceof ConflictError) return present
    if (error instanceof NotFoundError)
      return { outcome: 'failed', reason: `create namespace ${metadata.namespace} first: ${error.message}` }
    if (!isRegistryOutcome(error)) throw error
    return { outcome: error instanceof InvalidInputError ? 'missing' : 'failed', reason: error.message }
  }
}
