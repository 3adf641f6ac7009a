import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { policySpec } from '../../support/sweep-fixture.ts'
import { type AboutToDelete, aboutToDelete, expectNothingGone } from './about-to-delete.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const weekSeconds = 7 * 86_400

const spelled = ({ sweep, old }: AboutToDelete) => [`${sweep.repository}:v1`, `${sweep.repository}@${old.digest}`]

it('F31 a message of a week ago keeps what came into use since, by tag or by digest', async () => {
  for (const at of [0, 1]) {
    const toDelete = await aboutToDelete(world)
    toDelete.sweep.pass(weekSeconds)
    toDelete.sweep.cluster.run('web', spelled(toDelete)[at] ?? '')

    await toDelete.sweep.execute(toDelete.request)

    await expectNothingGone(world, toDelete)
  }
})

it('F31 a message of a week ago deletes nothing for a policy that is gone', async () => {
  const toDelete = await aboutToDelete(world)
  const policy = toDelete.sweep.cluster.get('ImageCleanupPolicy', 'cleanup')
  if (!policy) throw new Error('expected the policy')
  await toDelete.sweep.cluster.deleteObject(policy)
  toDelete.sweep.pass(weekSeconds)

  const result = await toDelete.sweep.execute(toDelete.request)

  expect(result).toMatchObject({ deleted: 0, message: 'the policy was deleted' })
  await expectNothingGone(world, toDelete)
})

it('F31 a message of a week ago deletes nothing for another policy that has the name now', async () => {
  const toDelete = await aboutToDelete(world)
  const policy = toDelete.sweep.cluster.get('ImageCleanupPolicy', 'cleanup')
  if (!policy) throw new Error('expected the policy')
  await toDelete.sweep.cluster.deleteObject(policy)
  toDelete.sweep.cluster.put('ImageCleanupPolicy', 'cleanup', { ...policySpec, keepRecent: 1, keepTags: ['v0'] })
  toDelete.sweep.pass(weekSeconds)

  await toDelete.sweep.execute(toDelete.request)

  await expectNothingGone(world, toDelete)
})

it('F31 a message of a week ago leaves what it deleted then and somebody pushed again', async () => {
  const toDelete = await aboutToDelete(world)
  const { sweep, old, request } = toDelete
  await sweep.execute(request)
  const deleted = await sweep.tag('v1')
  sweep.pass(weekSeconds)
  await world.push({ repository: sweep.path, tag: 'v1' })
  await sweep.sync()
  sweep.pass(3600)

  await sweep.execute(request)

  expect(deleted).toBeUndefined()
  expect(await sweep.tag('v1')).toBe(old.digest)
})

it('F1 F31 a hundred copies of a message delete once, and nothing else', async () => {
  const { sweep, old, kept, request } = await aboutToDelete(world)

  const results: number[] = []
  for (let copy = 0; copy < 100; copy++) results.push((await sweep.execute(request)).deleted)

  expect(results.filter(deleted => deleted > 0)).toEqual([1])
  expect(await sweep.holds(old.digest)).toBe(false)
  expect(await sweep.tag('v2')).toBe(kept.digest)
})

it('F31 a message for a cluster or a repository that is not served any more deletes nothing', async () => {
  const toDelete = await aboutToDelete(world)

  const result = await toDelete.sweep.execute({ ...toDelete.request, cluster: 'gone' })
  await toDelete.sweep.execute({ ...toDelete.request, repository: `${toDelete.request.repository}-other` })

  expect(result).toMatchObject({ deleted: 0, message: 'cluster gone is not configured any more' })
  await expectNothingGone(world, toDelete)
})
