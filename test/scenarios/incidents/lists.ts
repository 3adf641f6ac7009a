import { expect, it } from 'vitest'
import { waitUntil } from '../../real/parts/wait-until.ts'
import { always, cutTo, isTagList, pagesOf } from '../../support/registry-faults.ts'
import type { FaultyAnswer } from '../../support/registry-proxy.ts'
import { newScene, read, statusOf, sweep, synced, track } from '../objects.ts'
import type { ProxiedWorld } from '../proxied-installation.ts'
import { missingFrom } from '../pull.ts'
import { endedRun } from '../sweep.ts'
import { answersFor, push, pushTags, type Scene } from '../world.ts'
import { failToReadAgain, readAgain, sweepOnce, trackWhole, untilOlderThan } from './sweep-once.ts'

const all = ['v1', 'v2', 'v3', 'v4', 'v5']
const allThere = Object.fromEntries(all.map(tag => [tag, 200]))

const lies: readonly (readonly [string, FaultyAnswer])[] = [
  ['cut short', cutTo(['v5'])],
  ['empty', cutTo([])],
  ['null', { kind: 'rewrite', rewrite: body => JSON.stringify({ ...JSON.parse(body), tags: null }) }],
  ['a 404 for the whole repository', { kind: 'answer', status: 404, ...nameUnknown() }],
]

function nameUnknown() {
  const body = JSON.stringify({ errors: [{ code: 'NAME_UNKNOWN', message: 'repository name not known to registry' }] })
  return { headers: { 'content-type': 'application/json' }, body }
}

/** I18 and I19: lists that tell half of the truth. */
export function listIncidents(world: () => ProxiedWorld): void {
  it.each(lies)('I18 F20 a tag list that is %s makes no tag look deleted', async (_, lie) => {
    const scene = await newScene(world(), 'shown')
    const pushed = await pushTags(scene, ...all)
    for (const tag of all) await track(scene, tag)
    await trackWhole(scene)
    const undo = world().proxy.inject(always(isTagList(scene.repository), lie))

    await readAgain(scene).finally(undo)

    for (const tag of all)
      expect(await synced(scene, tag)).toMatchObject({ syncStatus: 'Success', digest: pushed[tag]?.digest })
  })

  it.each(lies)('I18 F20 a tag list that is %s during a sweep costs nothing that is kept', async (_, lie) => {
    const scene = await newScene(world(), 'swept')
    await pushTags(scene, ...all)
    await push(scene, { tag: 'prod', seed: `${scene.repository}:v1` })
    await trackWhole(scene)
    const undo = world().proxy.inject(always(isTagList(scene.repository), lie))
    await readAgain(scene)

    await sweepOnce(scene, 'keep-newest', { keepRecent: 2, keepTags: ['prod'] }).finally(undo)

    for (const tag of ['v4', 'v5', 'prod']) expect(await missingFrom(scene, tag)).toEqual([])
  })

  it('I19 a list that fails on its third page before the plan deletes nothing, and says so', async () => {
    const scene = await newScene(world(), 'planned')
    await pushTags(scene, ...all)
    await trackWhole(scene)
    const undo = world().proxy.inject(pagesOf(scene.repository, [['v1', 'v2'], ['v3'], undefined]))
    await failToReadAgain(scene)

    const run = await sweepOnce(scene, 'keep-newest', { keepRecent: 1 }).finally(undo)

    expect(run).toMatchObject({ deleted: 0, message: expect.stringContaining('left alone') })
    expect(await answersFor(scene, ...all)).toEqual(allThere)
  })

  it('I19 a list that fails on its third page after the plan deletes nothing until it can be read again', async () => {
    const scene = await newScene(world(), 'marked')
    await pushTags(scene, ...all)
    for (const tag of all) await track(scene, tag)
    await trackWhole(scene)
    await untilOlderThan(4_000)
    await sweep(scene, 'keep-newest', { keepRecent: 1, gracePeriod: '4s' })
    await statusOf(scene, 'v1', 'its mark', ({ cleanup }) => (cleanup as { candidate?: boolean })?.candidate === true)
    const undo = world().proxy.inject(pagesOf(scene.repository, [['v1', 'v2'], ['v3'], undefined]))

    await waitUntil(() => requestsForPage(world(), scene, 2) >= 2 || undefined, {
      what: 'two executions that could not read the third page',
    })
    const before = await answersFor(scene, ...all)
    const run = (await read(scene, 'ImageCleanupPolicy', 'keep-newest')).status?.lastRun
    undo()
    await endedRun(scene, 'keep-newest', 90_000)

    expect(before).toEqual(allThere)
    expect(run).toMatchObject({ deleted: 0 })
    expect(await answersFor(scene, ...all)).toEqual({ v1: 404, v2: 404, v3: 404, v4: 404, v5: 200 })
  })

  it('I19 tags of every page count when the list comes in pages', async () => {
    const scene = await newScene(world(), 'paged')
    await pushTags(scene, ...all)
    const undo = world().proxy.inject(pagesOf(scene.repository, [['v1', 'v2'], [], ['v5'], ['v3', 'v4']]))
    await trackWhole(scene)

    const run = await sweepOnce(scene, 'keep-newest', { keepRecent: 2 }).finally(undo)

    expect(run).toMatchObject({ result: 'Success', scanned: 5, deleted: 3 })
    expect(await answersFor(scene, ...all)).toEqual({ v1: 404, v2: 404, v3: 404, v4: 200, v5: 200 })
  })
}

const requestsForPage = ({ proxy }: ProxiedWorld, { repository }: Scene, page: number): number =>
  proxy.requests.filter(({ path }) => path.startsWith(`/v2/${repository}/tags/list`) && path.includes(`page=${page}`))
    .length
