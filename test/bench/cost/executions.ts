import { type Measured, queueEvent } from './installation.ts'
import { Play } from './play.ts'
import { each, published, received, sweepingPolicy } from './rates.ts'
import { sum, type Usage } from './tally.ts'
import type { World } from './world.ts'

/** What one execution of a sweep uses in a world of a size, and how many images it deletes. */
export interface Executions {
  readonly repositories: number
  readonly execution: Usage
  /** What is then published to the bus of one. */
  readonly published: Usage
  readonly deletions: number
}

const measured = 3

/**
 * Executions of a policy of one namespace, beside which all else of the world is there to be looked at. The first one, in
 * which the process starts, does not count.
 */
export async function measureExecutions(world: World): Promise<Executions> {
  const play = await Play.start({ world, replacedPods: 0 })
  try {
    const policySpec = sweepingPolicy(world)
    await play.installation.play({ world, policySpec, replacedPods: 0, isPolicyAlone: true })
    const bodies = await requestsOf(play)
    await play.alone('audit-export', {})
    const all: Measured[] = []
    const run = async (at: number) => {
      const one = await play.alone('sweep-execute', queueEvent('sweep.fifo', bodies[at] ?? ''))
      all.push(one)
      return one
    }
    await run(measured)
    all.pop()
    const execution = sum(await each(measured, run), received)
    const puts = all.reduce((sent, { counts }) => sent + (counts['archive.puts'] ?? 0), 0)
    if (puts === 0) throw new Error(`expected images to be deleted: ${play.installation.lastLog('sweep-execute')}`)
    const ofEach = await published(play, measured + 1)
    return { repositories: world.repositories, execution, published: ofEach, deletions: puts / measured }
  } finally {
    await play.installation.close()
  }
}

/** Marks, and lets the grace pass. */
async function requestsOf(play: Play): Promise<string[]> {
  const plan = async (minutes: number) => {
    play.minute += minutes
    await play.alone('inventory', {})
    return play.alone('sweep-plan', {})
  }
  await plan(100)
  const messages = (await plan(61)).sent.messages.filter(({ queue }) => queue === 'sweep.fifo')
  if (messages.length <= measured) throw new Error(`expected ${measured + 1} executions, got ${messages.length}`)
  return messages.map(({ body }) => body)
}
