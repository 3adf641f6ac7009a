import { assumptions } from './assumptions.ts'
import { type Measured, queueEvent } from './installation.ts'
import { type Kind, Play } from './play.ts'
import { nothing, sum, times, type Usage } from './tally.ts'
import { tagAt, type World } from './world.ts'

/** What a world of one size uses each time. */
export interface Rates {
  readonly repositories: number
  /** Namespaces of all clusters, each with a RegistrySecret. */
  readonly namespaces: number
  /** Of the table with its indexes, for each tag with its image. */
  readonly bytesATag: number
  /** An idle minute of reconcile, with the repositories whose turn it is. */
  readonly tick: Usage
  /** A minute in which every repository is due for a sync, and one in which all have been synced. */
  readonly dueTick: Usage
  readonly syncedTick: Usage
  /** A minute in which the turn of every repository came, where there is nothing new, and after a sync of each. */
  readonly turnTick: Usage
  readonly toldTick: Usage
  /** What another process of reconcile takes in of what `toldTick` wrote; nothing where there is one. */
  readonly toldElsewhere: Usage
  /** The first run of a process that begins to lead, and of one that follows: neither has to look at what is told. */
  readonly firstTick: Usage
  readonly followingTick: Usage
  /** One full sync that finds nothing new. */
  readonly fullSync: Usage
  /** What one takes beside that which puts away what was deleted in a night. */
  readonly putAway: Usage
  readonly inventory: Usage
  /** An inventory after so many Pods took the place of others, and of how many repositories it told. */
  readonly replaced: { readonly pods: number; readonly inventory: Usage; readonly told: number }
  readonly auditTick: Usage
  /** With one policy, and with one in each namespace. */
  readonly planTick: Usage
  readonly planTickOfAll: Usage
  /** A minute of reconcile in which the RegistrySecrets of all namespaces are verified. */
  readonly verifyTick: Usage
  /** Absent where the world is idle. */
  readonly busy?: BusyRates
}

export interface BusyRates {
  /** One push, by the functions that it makes run. */
  readonly push: ReadonlyMap<Kind, Usage>
  /** What the runs of the schedule in all processes take in of what was written for a push, beside what they do anyway. */
  readonly takenIn: Usage
  /**
   * The minute in which all policies mark, one in which it is looked what clusters say of the marks, one in which their
   * repositories are read too, and that in which all are ripe.
   */
  readonly markTick: Usage
  readonly watchTick: Usage
  readonly wholeTick: Usage
  readonly ripeTick: Usage
  /** What is then published to the bus of the marks of one repository. */
  readonly marksPublished: Usage
}

const ticks = 6
const busyProcesses = assumptions.warmProcesses.value
const pushes = 6

const quiet = { keepRecent: 1000, schedule: '0 2 29 2 *' }

/** Of each repository so many images go in the night. */
export const deletedEach = 25

/** It is due at once. */
export const sweepingPolicy = ({ tagsEach }: Pick<World, 'tagsEach'>) => ({
  keepRecent: tagsEach - deletedEach,
  schedule: '0 2 * * *',
  startingDeadlineSeconds: 10_000_000_000,
  gracePeriod: '1h',
  targets: ['RegistryArtifact'],
  maxDeletionPercent: 100,
  maxDeletionsPerRun: 100_000,
})

/** The usage of the functions in a world, measured one after the other. */
export async function measureRates(world: World, isBusy: boolean): Promise<Rates> {
  const play = await Play.start({ world, policySpec: quiet, replacedPods: 0 }, isBusy ? busyProcesses : 1)
  try {
    const bytesATag = play.storedBytes / world.tagsEach
    await play.alone('inventory', {})
    await untilSettled(play)
    const idle = await measureIdle(play, world)
    const replaced = await measureReplaced(play, world)
    const followers = isBusy ? Array.from({ length: busyProcesses - 1 }, (_, at) => at + 1) : []
    for (const at of [0, ...followers]) await play.alone('reconcile by schedule', {}, at)
    const synced = await measureSync(play, followers)
    const evened = evenTurns(world, idle, synced)
    const busy = isBusy ? { busy: await measureBusy(play, world, followers) } : {}
    const { repositories } = world
    const namespaces = Math.max(world.clusters, world.teams)
    return { repositories, namespaces, bytesATag, ...idle.rest, ...replaced, ...synced.rest, ...evened, ...busy }
  } finally {
    await play.installation.close()
  }
}

/** Until a minute writes nothing more to the clusters. */
async function untilSettled(play: Play): Promise<void> {
  for (let round = 0; round < 30; round++) {
    play.minute += 1
    const { counts } = await play.alone('reconcile by schedule', {})
    if ((counts['kubernetes.calls'] ?? 0) <= 6 * play.clusters && round > 0) return
  }
  throw new Error('expected all statuses to be written within half an hour')
}

/** A run of reconcile, and of how many repositories the turn came with it. */
interface Ticked {
  readonly usage: Usage
  readonly turns: number
}

async function ticked(play: Play): Promise<Ticked & Measured> {
  const measured = await play.alone('reconcile by schedule', {})
  return { ...measured, turns: play.turns }
}

/**
 * The runs as they would be with the turns of a sixtieth of the repositories each: in a small world few turns come, or many,
 * as the minutes go.
 */
function evenTurns(
  { repositories }: World,
  { tick, verifyTick }: Readonly<Record<'tick' | 'verifyTick', Ticked>>,
  {
    turnTick,
    dueTick,
    syncedTick,
    firstTick,
  }: Readonly<Record<'turnTick' | 'dueTick' | 'syncedTick' | 'firstTick', Ticked>>,
): Pick<Rates, 'tick' | 'verifyTick' | 'dueTick' | 'syncedTick' | 'turnTick' | 'firstTick'> {
  // In both of them all RegistrySecrets are verified.
  const more = sum(turnTick.usage, times(verifyTick.usage, -1))
  const aTurn = times(more, 1 / Math.max(1, turnTick.turns - verifyTick.turns))
  const even = ({ usage, turns }: Ticked): Usage => sum(usage, times(aTurn, repositories / 60 - turns))
  return {
    tick: even(tick),
    verifyTick: even(verifyTick),
    dueTick: even(dueTick),
    syncedTick: even(syncedTick),
    firstTick: even(firstTick),
    turnTick: turnTick.usage,
  }
}

const average = (all: readonly Usage[]): Usage => times(sum(...all), 1 / all.length)

/** The average of so many. */
export async function each(count: number, run: (at: number) => Promise<{ readonly usage: Usage }>): Promise<Usage> {
  const all: Usage[] = []
  for (let at = 0; at < count; at++) all.push((await run(at)).usage)
  return average(all)
}

async function measureIdle(play: Play, world: World) {
  const minutely = (kind: Kind) =>
    each(ticks, () => {
      play.minute += 1
      return play.alone(kind, {})
    })
  await play.alone('audit-export', {})
  await play.alone('sweep-plan', {})
  const scene = { world, policySpec: quiet, replacedPods: 0 }
  const verify = async () => {
    play.minute += 11
    await play.alone('inventory', {})
    return ticked(play)
  }
  const verifyTick = await verify()
  const inventory = await each(2, () => play.alone('inventory', {}))
  const all: Ticked[] = []
  for (let at = 0; at < ticks; at++) {
    play.minute += 1
    all.push(await ticked(play))
  }
  const turns = all.reduce((sum, one) => sum + one.turns, 0) / ticks
  const tick = { usage: average(all.map(({ usage }) => usage)), turns }
  const planTickOfAll = await minutely('sweep-plan')
  await play.installation.play({ ...scene, isPolicyAlone: true })
  const planTick = await minutely('sweep-plan')
  await play.installation.play(scene)
  const rest = { inventory, planTick, planTickOfAll, auditTick: await minutely('audit-export') }
  return { verifyTick, tick, rest }
}

async function measureReplaced(play: Play, world: World): Promise<Pick<Rates, 'replaced'>> {
  const pods = Math.min(50, world.pods)
  await play.installation.play({ world, policySpec: quiet, replacedPods: pods })
  const { usage, sent } = await play.alone('inventory', {})
  return { replaced: { pods, inventory: usage, told: sent.messages.length } }
}

/** Of the first repository; all others are as it is. The turn of each comes in a minute of its own, and not with its sync. */
async function measureSync(play: Play, followers: readonly number[]) {
  const tick = async (minutes: number) => {
    play.minute += minutes
    await play.alone('inventory', {})
    return ticked(play)
  }
  const sync = async (message: string) => {
    await play.alone('full sync', queueEvent('sync.fifo', message))
    await play.installation.retell()
  }
  await sync(ofFirst(await tick(70)))
  await tick(1)
  const turnTick = await tick(58)
  const due = await tick(11)
  const message = ofFirst(due)
  await sync(message)
  const syncedTick = await tick(1)
  const toldTick = (await tick(58)).usage
  const { firstTick, ...elsewhere } = await measureElsewhere(play, followers)
  const again = (at: number) => message.replaceAll(/"attempt":"[^"]+"/g, `"attempt":"again ${at}"`)
  const fullSync = await each(3, at => play.alone('full sync', queueEvent('sync.fifo', again(at))))
  await play.installation.fillGone(deletedEach, false)
  const putting = (await play.alone('full sync', queueEvent('sync.fifo', again(3)))).usage
  const putAway = { ...sum(putting, times(fullSync, -1)), invocations: 0 }
  return {
    turnTick,
    dueTick: due,
    syncedTick,
    firstTick,
    rest: { toldTick, ...elsewhere, fullSync: sum(fullSync, received), putAway },
  }
}

/** What other processes take in of what one wrote, and what it costs that a process begins. */
async function measureElsewhere(play: Play, [follower]: readonly number[]) {
  const tickOf = async (at: number): Promise<Usage> => (await play.alone('reconcile by schedule', {}, at)).usage
  const begin = (at: number) => play.installation.restart('reconcile', at)
  // The turns of a minute come with it.
  const lead = async (): Promise<Ticked> => {
    play.minute += 1
    await begin(0)
    return ticked(play)
  }
  if (follower === undefined) return { toldElsewhere: nothing, followingTick: nothing, firstTick: await lead() }
  const toldElsewhere = sum(await tickOf(follower), times(await tickOf(follower), -1))
  await begin(follower)
  return { toldElsewhere, followingTick: await tickOf(follower), firstTick: await lead() }
}

/** Lambda receives a message and deletes it. */
export const received: Usage = { ...nothing, counts: { 'sqs.requests': 2 } }

function ofFirst({ sent }: Measured): string {
  const found = sent.messages.find(({ body }) => body.includes('app-00000'))
  if (!found) throw new Error('expected a sync to be due, got none')
  return found.body
}

async function measureBusy(play: Play, world: World, followers: readonly number[]): Promise<BusyRates> {
  const pushed = await measurePushes(play, world, followers)
  const policySpec = sweepingPolicy(world)
  await play.installation.play({ world, policySpec, replacedPods: 0 })
  const plan = async (minutes: number) => {
    play.minute += minutes
    await play.alone('inventory', {})
    return play.alone('sweep-plan', {})
  }
  const markTick = (await plan(1)).usage
  const watchTick = (await plan(6)).usage
  const wholeTick = (await plan(25)).usage
  const readUnits = ({ counts }: Usage): number => counts['table.readUnits'] ?? 0
  if (readUnits(wholeTick) <= readUnits(watchTick)) throw new Error('expected repositories to be read, got none')
  const ripe = await plan(60)
  const marksPublished = await published(play, world.repositories)
  return { ...pushed, markTick, watchTick, wholeTick, ripeTick: ripe.usage, marksPublished }
}

/**
 * Each of another namespace, all within a minute: so functions find what they read of secrets; the copies of credentials
 * they opened for the pushes before those that count.
 */
async function measurePushes(
  play: Play,
  world: World,
  followers: readonly number[],
): Promise<Pick<BusyRates, 'push' | 'takenIn'>> {
  const push = (at: number, round: number) => {
    const added = world.tagsEach + at + round * (pushes + 1)
    return play.push(at, tagAt(added), added, world)
  }
  await takeIn(play, followers)
  for (let at = 0; at <= pushes; at++) await push(at, 0)
  play.take()
  for (let at = 1; at <= pushes; at++) await push(at, 1)
  const used = [...play.take()]
  const takenIn = times(await takeIn(play, followers), 1 / (2 * pushes + 1))
  const push1 = new Map(used.map(([kind, usage]) => [kind, times(usage, 1 / pushes)] as const))
  return { takenIn, push: push1.set('audit-export', await published(play, 2 * pushes + 1)) }
}

/** The events of each of so many that made entries since the last time. To list and publish them costs little beside that. */
export async function published(play: Play, count: number): Promise<Usage> {
  play.minute += 10
  const { counts } = await play.alone('audit-export', {})
  return { ...nothing, counts: { 'bus.events': (counts['bus.events'] ?? 0) / count } }
}

/** What the runs of all processes take beside those that follow at once, which have nothing to take in. */
async function takeIn(play: Play, followers: readonly number[]): Promise<Usage> {
  const all: Usage[] = []
  for (const at of [0, ...followers]) {
    const { usage } = await play.alone('reconcile by schedule', {}, at)
    const idle = await play.alone('reconcile by schedule', {}, at)
    all.push(sum(usage, times(idle.usage, -1)))
  }
  return { ...sum(...all), invocations: 0 }
}
