import { partsOf } from '../domain/repository-id.ts'
import type { EventPublisher } from '../ports/messaging.ts'

/** Something about them was written that their objects show. */
export async function announceRepositories(ids: Iterable<string>, events: EventPublisher): Promise<void> {
  const where = [...new Set(ids)].map(id => {
    const { registry, path: repository } = partsOf(id)
    return { registry, repository }
  })
  if (where.length > 0) await events.publishEvents('RepositorySynced', where)
}
