import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { untilOlderThan } from '../../scenarios/incidents/sweep-once.ts'
import {
  annotate,
  deploy,
  newScene,
  read,
  type Status,
  statusOf,
  sweep,
  synced,
  track,
  waitForStatus,
} from '../../scenarios/objects.ts'
import { answersFor, push, pushTags, type Scene } from '../../scenarios/world.ts'
import { projectRoot } from '../parts/cache.ts'
import { waitUntil } from '../parts/wait-until.ts'
import { sourcesOf, webhookUrlOf } from './aws-world.ts'
import { hintWaiting, logLinesOf, type RollbackWorld, startRollbackWorld } from './rollback-world.ts'

const earlier = sourcesOf('0.1.0-7b9ec678')
const today = { root: projectRoot, command: [`${projectRoot}/cli/shelflife.ts`] }

let world: RollbackWorld

beforeAll(async () => {
  world = await startRollbackWorld()
}, 200_000)

afterAll(() => world?.stop())

const imageOf = (scene: Scene, tag: string) => `${world.registryHost}/${scene.repository}:${tag}`

/** A repository of which v0 runs, and v1 is what a policy that keeps the newest one deletes. */
async function newRepository(name: string, tags: readonly string[] = ['v0', 'v1', 'v2']): Promise<Scene> {
  const scene = await newScene(world, name)
  await pushTags(scene, ...tags)
  await deploy(scene, 'app', imageOf(scene, 'v0'))
  await track(scene)
  return scene
}

async function readIn(...scenes: readonly Scene[]): Promise<void> {
  await world.invoke('reconcile')
  for (const scene of scenes) await synced(scene, 'whole')
}

const policyShows = (scene: Scene, what: string, isThere: (status: Status) => boolean): Promise<Status> =>
  waitForStatus(scene, 'ImageCleanupPolicy', 'newest', what, isThere, 120_000, () =>
    world.invoke('inventory', 'sweep-plan'),
  )

const deleted = (scene: Scene, count = 1) =>
  policyShows(scene, `${count} deleted`, ({ totalDeleted }) => totalDeleted === count)

interface Explained {
  readonly state: string
  readonly mark?: { readonly run: string; readonly markedAt: string }
  readonly gone?: { readonly how?: string; readonly by?: string; readonly restore?: string }
}

const explained = async (scene: Scene, tag: string): Promise<Explained> =>
  JSON.parse(await world.shelflife('explain', imageOf(scene, tag), '-o', 'json'))

/** Once a sweep has marked v1, which another one may delete after the grace; what is younger than that is not marked. */
async function marked(scene: Scene): Promise<Explained> {
  await untilOlderThan(20_000)
  await sweep(scene, 'newest', { keepRecent: 1, gracePeriod: '20s' })
  await policyShows(scene, 'a mark', status => status.marked === 1)
  return explained(scene, 'v1')
}

const many = Array.from({ length: 26 }, (_, at) => `v${at}`)

describe('the release before, today, the release before and today again, over the same data', () => {
  let byEarlier: Scene
  let markedByEarlier: Scene
  let approved: Scene
  let byToday: Scene
  let markedByToday: Scene
  let mark: Explained
  let functionUrl: string
  let waiting: () => Promise<number>
  let address: string

  it('the release before deletes, marks, has an approval and a pause', async () => {
    await world.apply(earlier)
    await world.deploy(earlier)
    functionUrl = (await webhookUrlOf(world.emulator)).href
    byEarlier = await newRepository('by-earlier')
    markedByEarlier = await newRepository('marked-by-earlier')
    approved = await newRepository('approved', many)
    await readIn(byEarlier, markedByEarlier, approved)

    await sweep(byEarlier, 'newest', { keepRecent: 1 })
    await deleted(byEarlier)
    await sweep(approved, 'newest', { keepRecent: 1, maxDeletionPercent: 50, gracePeriod: '2s' })
    await policyShows(approved, 'what it asks for', ({ approval }) => approval !== undefined)
    mark = await marked(markedByEarlier)
    await world.shelflife('pause')
    await world.shelflife('approve', `${approved.namespace}/newest`)
    await world.invoke('reconcile')
    await annotate(byEarlier, 'ImageCleanupPolicy', 'newest', { 'theriseunion.io/manual-run': 'asked-before' })

    expect(mark.state).toBe('marked')
    expect(await answersFor(byEarlier, 'v0', 'v1', 'v2')).toEqual({ v0: 200, v1: 404, v2: 200 })
  }, 400_000)

  it('today goes on with all of that', async () => {
    await world.apply(today)
    await world.deploy(today, { keepEarlier: true })
    address = (await webhookUrlOf(world.emulator)).href
    await world.invoke('reconcile', 'inventory', 'sweep-plan')

    expect(await world.shelflife('pause', '--status')).toContain('is "paused"')
    expect((await explained(markedByEarlier, 'v1')).mark).toEqual(mark.mark)
    expect((await explained(byEarlier, 'v1')).gone).toMatchObject({
      how: 'deleted',
      by: expect.stringContaining(`${byEarlier.namespace}/newest`),
      restore: expect.any(String),
    })
    expect((await webhookUrlOf(world.emulator, 'WebhookFunctionUrl')).href).toBe(functionUrl)
    await world.shelflife('resume')
    await world.shelflife('restore', imageOf(byEarlier, 'v1'))
    expect(await answersFor(byEarlier, 'v1')).toEqual({ v1: 200 })
    await deleted(markedByEarlier)
    await deleted(approved, 24)
    expect(await answersFor(markedByEarlier, 'v0', 'v1', 'v2')).toEqual({ v0: 200, v1: 404, v2: 200 })
    expect(await answersFor(approved, 'v0', 'v1', 'v24', 'v25')).toEqual({ v0: 200, v1: 404, v24: 404, v25: 200 })
    const { status } = await read(byEarlier, 'ImageCleanupPolicy', 'newest')
    expect(status).toMatchObject({ lastHandledManualRun: 'asked-before' })
  }, 400_000)

  it('today deletes and marks for the release before', async () => {
    byToday = await newRepository('by-today')
    markedByToday = await newRepository('marked-by-today')
    await readIn(byToday, markedByToday)

    await sweep(byToday, 'newest', { keepRecent: 1 })
    await deleted(byToday)
    mark = await marked(markedByToday)
    await world.shelflife('pause')

    expect(mark.state).toBe('marked')
    expect(await answersFor(byToday, 'v0', 'v1', 'v2')).toEqual({ v0: 200, v1: 404, v2: 200 })
  }, 400_000)

  it('the release before goes on with what today wrote', async () => {
    await world.deploy(earlier, { only: 'ShelflifePipeline' })
    expect((await webhookUrlOf(world.emulator)).href).toBe(functionUrl)
    waiting = await hintWaiting(world.emulator, byToday)
    await push(byToday, { tag: 'v3' })
    await annotate(byToday, 'Repository', 'whole', { 'theriseunion.io/manual-sync': 'after' })
    await world.invoke('reconcile', 'inventory', 'sweep-plan')

    expect(await world.shelflife('pause', '--status')).toContain('is "paused"')
    expect((await explained(markedByToday, 'v1')).mark).toEqual(mark.mark)
    expect((await explained(byToday, 'v1')).gone).toMatchObject({ how: 'deleted' })
    await world.shelflife('resume')
    const isRead = ({ lastHandledManualSync, syncStatus }: Status) =>
      lastHandledManualSync === 'after' && syncStatus === 'Success'
    await statusOf(byToday, 'whole', 'the sync by hand', isRead)
    await deleted(markedByToday)
    await annotate(byToday, 'ImageCleanupPolicy', 'newest', { 'theriseunion.io/manual-run': 'after' })
    await deleted(byToday, 2)
    expect(await answersFor(markedByToday, 'v0', 'v1', 'v2')).toEqual({ v0: 200, v1: 404, v2: 200 })
    expect(await answersFor(byToday, 'v0', 'v2', 'v3')).toEqual({ v0: 200, v2: 404, v3: 200 })
    await world.shelflife('restore', imageOf(byToday, 'v1'))
    expect(await answersFor(byToday, 'v1')).toEqual({ v1: 200 })
    expect(await waiting()).toBe(1)
  }, 400_000)

  it('today restores what either deleted, and none of them found a record that it could not read', async () => {
    await world.deploy(today, { keepEarlier: true })
    await readIn(byToday)
    await world.shelflife('restore', imageOf(byToday, 'v2'))
    await world.shelflife('restore', imageOf(markedByToday, 'v1'))

    expect((await webhookUrlOf(world.emulator)).href).toBe(address)
    await waitUntil(async () => (await waiting()) === 0, { what: 'what waited in ShelflifeWork to be handled' })
    expect(await answersFor(byToday, 'v0', 'v1', 'v2', 'v3')).toEqual({ v0: 200, v1: 200, v2: 200, v3: 200 })
    expect(await answersFor(markedByToday, 'v0', 'v1', 'v2')).toEqual({ v0: 200, v1: 200, v2: 200 })
    expect(await world.shelflife('history', '--since', '1d', '--action', 'unreadable', '-o', 'ndjson')).toBe('')
    const lines = await logLinesOf(world.emulator)
    expect(lines).toContainEqual(expect.stringContaining('"level":"INFO"'))
    const complaints = lines.filter(line => /"level":"ERROR"|unreadable/i.test(line))
    // Of the plan that waited for an approval.
    expect(complaints.filter(line => !line.includes('"name":"SafetyLimitError"'))).toEqual([])
  }, 400_000)
})
