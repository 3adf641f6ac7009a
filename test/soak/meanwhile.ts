import type { Digest } from '../../shared/domain/digest.ts'
import { deploy } from './cluster-operations.ts'
import type { Looks } from './looks.ts'
import { bookOf } from './model.ts'
import type { Meanwhile } from './pipeline.ts'
import type { RepositoryBook } from './registry-book.ts'
import { pushTag } from './registry-people.ts'
import type { World } from './world.ts'

/** It and what is below it are still looked for; what is about something keeps that only in a judgement of the whole. */
function isOpen(book: RepositoryBook, digest: Digest, looks: Looks): boolean {
  const manifest = book.manifests.get(digest)
  if (!manifest || looks.isPast(digest) || book.namedSubjectsOf(manifest).length > 0) return false
  return manifest.children.every(child => isOpen(book, child, looks))
}

/** F12, F13: a Deployment begins to use, or a tag comes to point at, what a sweep under way is about to delete. */
export const createMeanwhile = (world: () => World): Meanwhile => ({
  async beforeWorkloads(cluster) {
    const { dice, pipeline, faults } = world()
    if (faults.isQuiet) return
    const book = bookOf(world(), pipeline.executing?.repository ?? '')
    if (book && dice.chance(8)) deploy(world(), book, cluster)
  },
  async beforeTags(path, looks) {
    const { dice, journal, faults } = world()
    const book = bookOf(world(), path)
    const digest =
      book && dice.pick([...book.manifests.keys()].filter(one => book.isWhole(one) && isOpen(book, one, looks)))
    if (digest && !faults.isQuiet && dice.chance(4)) await pushTag(world(), book, `held-${journal.operation}`, digest)
    // What is there when the sweep first looks is judged with the rest.
    if (looks.isFirst) book?.newTags.clear()
  },
})
