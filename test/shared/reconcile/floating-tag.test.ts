import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UsageRecord } from '../../../shared/domain/records/workloads.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createReconcileFixture } from '../../support/reconcile-fixture.ts'
import { at, digestOf, imageDraft, tagDraft, usageOf } from '../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const type = 'NodesMayDiffer'

/** The object `app` of a synced tag, and workloads that pull it where a node has none. */
async function start(tag: string, use: Partial<UsageRecord> = {}) {
  const fixture = createReconcileFixture(local.store)
  const { id, track, attempt, cluster, reconcile, pass } = fixture
  await local.store.saveImage(imageDraft(id), undefined)
  const record = await local.store.saveTag(tagDraft(id, { tag }), undefined)
  const save = (rest: Partial<UsageRecord>) =>
    local.store.saveUsage([usageOf(id, { namespace: 'team', image: `${id}:${tag}`, ifNotPresent: true, ...rest })])
  await save(use)
  track({ tag })
  await reconcile()
  await attempt()
  await reconcile()
  const later = async () => {
    pass(7200)
    await reconcile()
  }
  return {
    ...fixture,
    later,
    save: async (rest: Partial<UsageRecord>) => {
      await save(rest)
      await later()
    },
    move: async () => {
      const { number: _, ...rest } = record
      await local.store.saveTag({ ...rest, movedAt: at(5), previousDigest: digestOf('before') }, record)
      await later()
    },
    told: () => cluster.events.filter(({ reason }) => ['LatestTag', 'MovedTag'].includes(reason)),
  }
}

const latest = 'tag latest is pulled only by nodes that have none yet (IfNotPresent): nodes may run different images'
const advice = 'name a version or a digest, or set imagePullPolicy to Always'
const web = 'Deployment team/web in cluster eu-1'

describe('a tag that floats, of a workload that pulls it where a node has none', () => {
  it('is told once, however often it is looked at, and stands behind what Ready says', async () => {
    const { condition, told, later } = await start('latest')

    await later()
    await later()

    const message = `${latest}; used by ${web}; ${advice}`
    expect(condition(type)).toMatchObject({ status: 'True', reason: 'LatestTag', message })
    expect(condition('Ready')).toMatchObject({ status: 'True', message: expect.stringContaining(message) })
    expect(told()).toMatchObject([{ type: 'Warning', reason: 'LatestTag', message }])
  })

  it('is told once more for another workload', async () => {
    const { save, told, later } = await start('latest')

    await save({ name: 'worker' })
    await later()

    expect(told().map(({ message }) => message)).toEqual([
      `${latest}; used by ${web}; ${advice}`,
      `${latest}; used by ${web} and 1 more; ${advice}`,
    ])
  })

  it('is told when it moves under the workload, and not again for each move', async () => {
    const { condition, move, told, later } = await start('v1')
    const before = condition(type)

    await move()
    await later()

    expect(before).toBeUndefined()
    expect(condition(type)).toMatchObject({ status: 'True', reason: 'MovedTag' })
    expect(told()).toHaveLength(1)
  })

  it('is over once the workload pulls it at each start', async () => {
    const { condition, save, told } = await start('latest')

    await save({ ifNotPresent: false })

    expect(condition(type)).toMatchObject({ status: 'False', reason: 'NoFloatingTag' })
    expect(condition('Ready')?.message).not.toContain('IfNotPresent')
    expect(told()).toHaveLength(1)
  })

  it('names no workload of another namespace', async () => {
    const { condition, told } = await start('latest', { namespace: 'others', name: 'hidden' })

    expect(condition(type)?.message).toContain('used by an object of another namespace;')
    expect(JSON.stringify(told())).not.toMatch(/others|hidden/)
  })
})
