import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ImageRecord } from '../../../shared/domain/records/images.ts'
import { reconcileAll } from '../../../shared/reconcile/reconcile.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createReconcileFixture } from '../../support/reconcile-fixture.ts'
import { at, digestOf, entryOf, imageDraft, tagDraft, usageOf } from '../../support/records.ts'
import { removeExpired } from '../../support/remove-expired.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const dangers = ['ImageGone', 'TagGone', 'ImageArchived', 'ImageActivating', 'ImageUnreadable', 'Available']

/** The object `app` of a synced repository whose tag v1 a workload runs. */
async function start(spec: object = { tag: 'v1' }, usage: Parameters<typeof usageOf>[1] = { namespace: 'team' }) {
  const fixture = createReconcileFixture(local.store)
  const { id, track, attempt, cluster, deps } = fixture
  let image: ImageRecord = await local.store.saveImage(imageDraft(id), undefined)
  await local.store.saveTag(tagDraft(id), undefined)
  await local.store.saveUsage([usageOf(id, usage)])
  const rung: string[] = []
  const reconcile = () => reconcileAll({ ...deps, onDanger: ({ message }) => rung.push(message) })
  track(spec)
  await reconcile()
  await attempt()
  await reconcile()
  return {
    ...fixture,
    rung,
    reconcile,
    /** The record of the image as a sync writes it. */
    become: async (rest: Partial<ImageRecord>) => {
      const { storage: _s, goneAt: _g, unreadable: _u, number: _n, ...before } = image
      image = await local.store.saveImage({ ...before, change: entryOf(randomUUID(), 1), ...rest }, image)
      await reconcile()
    },
    told: () =>
      cluster.events.filter(({ reason }) => dangers.includes(reason)).map(({ type, reason }) => [type, reason]),
  }
}

describe('an image that runs and cannot be pulled', () => {
  it('is told and rung once, however often it is looked at and whoever else comes to run it, and told when it is over', async () => {
    const { id, become, reconcile, pass, condition, told, rung, status } = await start()
    expect(condition('InDanger')).toBeUndefined()

    await become({ storage: 'archived' })
    const [danger, readyInDanger] = [condition('InDanger'), condition('Ready')]
    pass(7200)
    await reconcile()
    await local.store.saveUsage([usageOf(id, { namespace: 'team', name: 'another' })])
    pass(7200)
    await reconcile()
    const once = [told(), rung.length]
    const shown = status().manifest
    await become({})

    expect(danger).toMatchObject({
      status: 'True',
      reason: 'ImageArchived',
      message:
        'tag v1 is archived in its registry: a pull of it fails until it is restored there; referred to by Deployment team/web in cluster eu-1',
    })
    expect(once).toEqual([[['Warning', 'ImageArchived']], 1])
    expect(shown).toMatchObject({ storage: 'archived' })
    expect(readyInDanger).toMatchObject({ status: 'False', reason: danger?.reason, message: danger?.message })
    expect(condition('Ready')).toMatchObject({ status: 'True', reason: 'SyncSucceeded' })
    expect(condition('InDanger')).toMatchObject({ status: 'False', reason: 'Available' })
    expect(told()).toEqual([
      ['Warning', 'ImageArchived'],
      ['Normal', 'Available'],
    ])
    expect(rung).toHaveLength(1)
  })

  it('is told and rung anew when it becomes another danger', async () => {
    const { become, told, rung } = await start()

    await become({ storage: 'archived' })
    await become({ goneAt: at(2) })

    expect(told()).toEqual([
      ['Warning', 'ImageArchived'],
      ['Warning', 'ImageGone'],
    ])
    expect(rung).toHaveLength(2)
  })

  it('is told on an object of the whole repository too, with what else is', async () => {
    const { id, become, condition } = await start({})
    const other = digestOf('other')
    await local.store.saveImage(imageDraft(id, { digest: other, goneAt: at(1) }), undefined)
    await local.store.saveUsage([usageOf(id, { namespace: 'team', name: 'pinned', image: `${id}@${other}` })])

    await become({ storage: 'archived' })

    expect(condition('InDanger')).toMatchObject({
      reason: 'ImageGone',
      message: `${other} is gone from the registry: a pull of it fails, and 1 more of the repository cannot be pulled; referred to by Deployment team/pinned in cluster eu-1`,
    })
  })

  it('rings not for a manifest that is only not understood', async () => {
    const { become, told, rung } = await start()

    await become({ unreadable: 'a manifest of schema 1' })

    expect(told()).toEqual([['Warning', 'ImageUnreadable']])
    expect(rung).toEqual([])
  })

  it('names no workload of another namespace', async () => {
    const { become, condition, rung } = await start({ tag: 'v1' }, { namespace: 'others' })

    await become({ storage: 'archived' })

    expect(condition('InDanger')?.message).toMatch(/; referred to by an object of another namespace$/)
    expect(rung.join()).not.toContain('others')
  })

  it('names the policy that archived it where that may be seen, and another namespace’s not', async () => {
    const { become, condition } = await start()
    const archivedBy = (namespace: string) => ({ policy: `eu-1/${namespace}/cleanup`, runId: 'run-1', at: at(0) })

    await become({ storage: 'archived', archivedBy: archivedBy('team') })
    const own = condition('InDanger')?.message
    await become({ storage: 'archived', archivedBy: archivedBy('bank') })
    const others = condition('InDanger')?.message

    expect(own).toContain('is archived in its registry, by policy eu-1/team/cleanup: a pull of it fails')
    expect(own).toMatch(/'shelflife restore \S+@sha256:[0-9a-f]{64}' asks for it; referred to by/)
    expect(others).toContain('is archived in its registry, by an object of another namespace: a pull of it fails')
    expect(others).not.toContain('bank')
  })

  it('is nothing to an object whose credential has not read the repository', async () => {
    const { id, track, reconcile, condition } = createReconcileFixture(local.store)
    await local.store.saveImage(imageDraft(id, { storage: 'archived' }), undefined)
    await local.store.saveTag(tagDraft(id), undefined)
    await local.store.saveUsage([usageOf(id)])
    track({ tag: 'v1' })

    await reconcile()

    expect(condition('InDanger')).toBeUndefined()
  })
})

it('an archived image that was never read says so, and not that its manifest is of no known kind', async () => {
  const { become, condition } = await start()

  await become({ storage: 'archived', unreadable: 'archived in ECR' })

  expect(condition('Synced')).toMatchObject({ status: 'False', reason: 'ImageArchived' })
})

it('is told of for as long as it runs, though what is gone was put away long ago', async () => {
  const { id, become, reconcile, pass, condition } = await start({})
  await become({ goneAt: at(1) })
  const before = condition('InDanger')
  const goneTags = await local.store.listTags(id)
  await local.store.putAwayImages(await local.store.listImages(id), at(day))
  for (const tag of goneTags) await local.store.saveTag({ ...tag, goneAt: at(1) }, tag)
  await local.store.putAwayTags(await local.store.listTags(id), at(day))
  await removeExpired(local, at(day))

  pass(2 * 3600)
  await reconcile()

  expect(before).toMatchObject({ status: 'True', reason: 'ImageGone' })
  expect(condition('InDanger')).toMatchObject({ status: 'True', reason: 'TagGone' })
})

const day = 86_400
