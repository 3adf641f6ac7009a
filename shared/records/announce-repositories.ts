import type { NewImage } from '../domain/events.ts'
import { partsOf } from '../domain/repository-id.ts'
import type { EventPublisher } from '../ports/messaging.ts'

/** A message has room for many more; what is pushed with more is read whole. */
const mostDigests = 50

/** Something about them was written that their objects show; `pushed`: no more than that, of the only one of them. */
export async function announceRepositories(
  ids: Iterable<string>,
  events: EventPublisher,
  pushed?: NewImage,
): Promise<void> {
  const named = pushed !== undefined && pushed.digests.length <= mostDigests && { pushed }
  const where = [...new Set(ids)].map(id => {
    const { registry, path: repository } = partsOf(id)
    return { registry, repository, ...named }
  })
  if (where.length > 0) await events.publishEvents('RepositorySynced', where)
}
