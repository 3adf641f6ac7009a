import { deploy } from './cluster-operations.ts'
import type { Meanwhile } from './pipeline.ts'
import { pushTag } from './registry-people.ts'
import { bookOf, type World } from './world.ts'

/** F12, F13: a Deployment begins to use, or a tag comes to point at, what a sweep under way is about to delete. */
export const createMeanwhile = (world: () => World): Meanwhile => ({
  async beforeWorkloads(cluster) {
    const { dice, pipeline } = world()
    const book = bookOf(world(), pipeline.executing?.repository ?? '')
    if (book && dice.chance(8)) deploy(world(), book, cluster)
  },
  async beforeTags(path, isFirst) {
    const { dice, journal } = world()
    const book = bookOf(world(), path)
    const digest = book && dice.pick([...book.manifests.keys()].filter(one => book.isWhole(one)))
    if (digest && dice.chance(4)) await pushTag(world(), book, `held-${journal.operation}`, digest)
    // What is there when the sweep first looks is judged with the rest.
    if (isFirst) book?.newTags.clear()
  },
})
