import { setTimeout as sleep } from 'node:timers/promises'
import { type FunctionName, functions } from '../../shared/wiring.ts'
import { queueEvent } from './cost/installation.ts'
import { functionOf, type Kind, Play, webhookEvent } from './cost/play.ts'
import { digestOfImage } from './cost/registry.ts'
import { largePath, registryHost, tagAt, type World } from './cost/world.ts'

const quiet = { keepRecent: 1000, schedule: '0 2 29 2 *' }

/** As many as an installation of 200 teams has: 200,000 Repository objects, 5,000,000 tags. */
const many: World = {
  clusters: 30,
  teams: 200,
  repositories: 20_000,
  tagsEach: 250,
  objectsEach: 10,
  pods: 0,
}

/**
 * The most memory that the process of each function holds at its largest, beside what it is given: the bundle that is
 * deployed, run by itself, with all that it reaches in another process. `npm run bench -- functions`.
 */
export async function benchFunctionMemory(): Promise<string[]> {
  const lines: string[] = []
  for (const measure of [reconcile, inventory, sync, sweep]) lines.push(...(await measure()))
  return lines
}

const mib = (mb: number): string => `${Math.round(mb)} MiB`

function lineOf(
  name: FunctionName,
  what: string,
  { installation }: Pick<Play, 'installation'>,
  ended?: unknown,
): string {
  const { memoryMb } = functions[name]
  const peakMb = installation.peakMb(name)
  const died = ended === undefined ? '' : `; it ended: ${whyOf(ended)}`
  return `memory of ${name}, ${what}: ${mib(peakMb)} of ${mib(memoryMb)}, ratio ${(peakMb / memoryMb).toFixed(2)}${died}`
}

/** The first line that says why, of a log that ends with a stack. */
const whyOf = (error: unknown): string =>
  /FATAL ERROR: ([^\n]+)/.exec(String(error))?.[1] ?? String(error).split('\n')[0]?.slice(0, 200) ?? ''

/**
 * Runs a function once, for as long as it may run; answers what ended its process, which is a result here: what it held
 * until then stands.
 */
async function ended(play: Play, kind: Kind, event: unknown): Promise<unknown> {
  const { timeoutSeconds } = functions[functionOf[kind]]
  const over = `its ${timeoutSeconds} s were over`
  const late = sleep(timeoutSeconds * 1000, undefined, { ref: false }).then(() => Promise.reject(new Error(over)))
  try {
    await Promise.race([play.alone(kind, event), late])
    return undefined
  } catch (error) {
    return error
  }
}

/** Minutes that a process of it lives: in the first ones all objects are looked at, as far as there is time. */
const reconcileMinutes = 3

async function reconcile(): Promise<string[]> {
  const play = await Play.start({ world: many, policySpec: quiet, replacedPods: 0 })
  try {
    await play.installation.slow(atOnce)
    await play.alone('inventory', {})
    let death: unknown
    let minute = 0
    for (; minute < reconcileMinutes && death === undefined; minute++) {
      play.minute += 1
      death = await ended(play, 'reconcile by schedule', {})
    }
    const what = `${minute} of ${reconcileMinutes} minutes over ${many.repositories * many.objectsEach} objects in ${many.clusters} clusters, ${many.repositories * many.tagsEach} tags`
    return [lineOf('reconcile', what, play, death)]
  } finally {
    await play.installation.close()
  }
}

const atOnce = { table: 0, services: 0, kubernetes: 0, registry: 0 }

async function inventory(): Promise<string[]> {
  const world = { ...many, repositories: 2000, pods: 100_000 }
  const play = await Play.start({ world, policySpec: quiet, replacedPods: 0 })
  try {
    await play.installation.slow(atOnce)
    const first = await ended(play, 'inventory', {})
    const what = `${world.pods} Pods in ${world.clusters} clusters`
    const lines = [lineOf('inventory', `${what}, for the first time`, play, first)]
    await play.installation.restart('inventory')
    const second = await ended(play, 'inventory', {})
    return [...lines, lineOf('inventory', `${what}, once more in a new process`, play, second)]
  } finally {
    await play.installation.close()
  }
}

/** In one invocation; then the trail of its changes is published, and webhooks come in. */
async function sync(): Promise<string[]> {
  const large = { tags: 200_000, images: 40_000 }
  const play = await startLarge(large)
  try {
    const first = await ended(play, 'full sync', queueEvent('sync.fifo', largeRequest()))
    play.minute += 5
    const published = await ended(play, 'audit-export', {})
    const calls = 20
    for (let at = 0; at < calls; at++)
      await play.alone('webhook', webhookEvent(largePath, tagAt(at), digestOfImage(at)))
    return [
      lineOf('sync', `${large.tags} tags on ${large.images} images, all new`, play, first),
      lineOf('audit-export', `one run over the changes of that sync`, play, published),
      lineOf('webhook', `${calls} calls`, play),
    ]
  } finally {
    await play.installation.close()
  }
}

/** As reconcile sends it. */
const largeRequest = (): string =>
  JSON.stringify({
    source: 'shelflife',
    'detail-type': 'SyncRequested',
    detail: {
      registry: registryHost,
      repository: largePath,
      credential: 'anonymous',
      timeoutMs: 840_000,
      trigger: 'Initial',
      attempt: 'first',
    },
  })

async function startLarge(large: NonNullable<World['large']>): Promise<Play> {
  const world = { ...many, clusters: 1, teams: 1, repositories: 1, large }
  const play = await Play.start({ world, replacedPods: 0 })
  await play.installation.slow(atOnce)
  return play
}

/** Of the large repository what is a year old goes. */
const sweeping = {
  schedule: '0 2 * * *',
  startingDeadlineSeconds: 10_000_000_000,
  gracePeriod: '1h',
  targets: ['RegistryArtifact'],
  maxDeletionPercent: 100,
  maxDeletionsPerRun: 10_000,
}

/** The plan of what `shared/wiring.ts` says that it must bear, and the execution of one whose registry is read in the time. */
async function sweep(): Promise<string[]> {
  const [planned] = await sweepOf({ tags: 1_000_000, images: 200_000 }, false)
  const [, executed] = await sweepOf({ tags: 200_000, images: 40_000 }, true)
  return [planned, executed].filter(line => line !== undefined)
}

async function sweepOf(large: NonNullable<World['large']>, isExecuted: boolean): Promise<string[]> {
  const play = await startLarge(large)
  const what = `${large.tags} tags on ${large.images} images`
  try {
    await play.installation.fillLarge()
    const world = { ...many, clusters: 1, teams: 1, repositories: 1, large }
    const policySpec = { ...sweeping, keepDays: 30 }
    await play.installation.play({ world, policySpec, replacedPods: 0 })
    const pass = async (minutes: number) => {
      play.minute += minutes
      await play.alone('inventory', {})
    }
    await pass(100)
    const death = await ended(play, 'sweep-plan', {})
    const lines = [lineOf('sweep-plan', what, play, death)]
    if (!isExecuted) return lines
    await pass(61)
    const { messages } = (await play.alone('sweep-plan', {})).sent
    const body = messages.find(message => message.body.includes(largePath))?.body
    if (body === undefined) throw new Error('expected an execution of the large repository to be asked for, got none')
    const deathOfExecution = await ended(play, 'sweep-execute', queueEvent('sweep.fifo', body))
    return [...lines, lineOf('sweep-execute', what, play, deathOfExecution)]
  } finally {
    await play.installation.close()
  }
}
