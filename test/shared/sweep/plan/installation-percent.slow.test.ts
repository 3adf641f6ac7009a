import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { approvePlan } from '../../../../cli/approve/approve-plan.ts'
import type { Installation } from '../../../../cli/connect/installation.ts'
import { StoreUnavailableError } from '../../../../shared/errors.ts'
import { approveAnnotation } from '../../../../shared/objects/policy-object.ts'
import type { Store } from '../../../../shared/ports/store.ts'
import { parseSettings } from '../../../../shared/settings.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import { createLimitsFixture, type LimitsFixture } from '../../../support/limits-fixture.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createKillPoint, KilledError, type KillPoint } from '../../../support/memory-platform.ts'
import { noLimits, rulebookWith } from '../../../support/rulebook.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const day = 86_400
const limits = { ...noLimits, maxDeletionPercent: 60 }

/** 27 of 30 images would be deleted, 90 %, of which the installation lets 60 go by an annotation. */
async function waiting(spec: object = {}): Promise<LimitsFixture> {
  const plan = createLimitsFixture(local)
  plan.deploy({ limits })
  await plan.versions(30)
  plan.pass(3 * day)
  plan.policy({ keepRecent: 3, ...spec })
  await plan.plan()
  return plan
}

/** The command of a person whose rights on the table are those of the store. */
function approve(plan: LimitsFixture, store: Store = local.store, hash?: string): Promise<readonly string[]> {
  const clusters = [plan.cluster, plan.far]
  const settings = parseSettings({ clusters: clusters.map(({ name }) => ({ name, kubeconfigSecret: name })) })
  const installation = {
    store,
    settings,
    rulebook: rulebookWith({ limits }),
    connectClusters: async () => clusters,
    findActor: async () => 'person alice',
  } satisfies Partial<Installation>
  return approvePlan(
    { policy: `${plan.cluster.name}/team/cleanup`, now: plan.now(), ...(hash !== undefined && { hash }) },
    installation as unknown as Installation,
  )
}

const wantedHash = (plan: LimitsFixture): string => (plan.status().approval as { hash: string }).hash

/** As the table refuses whoever may not write it. */
const denying = (): Store =>
  new Proxy(local.store, {
    get(target, name, receiver) {
      const found: unknown = Reflect.get(target, name, receiver)
      if (typeof found !== 'function' || !String(name).startsWith('save')) return found
      return async () => {
        throw new StoreUnavailableError('the table refused the call: the role lacks a right', { kind: 'server' })
      }
    },
  })

/** True where it was killed. */
async function approveKilled(plan: LimitsFixture, kill: KillPoint): Promise<boolean> {
  const { annotate } = plan.cluster
  plan.cluster.annotate = kill.wrap({ annotate: annotate.bind(plan.cluster) }).annotate
  try {
    await approve(plan, kill.wrap(local.store))
    return false
  } catch (error) {
    if (!(error instanceof KilledError)) throw error
    return true
  } finally {
    plan.cluster.annotate = annotate
  }
}

describe('24: above the share of the installation', () => {
  it('a policy is told that its own share is clamped, and to ask somebody with rights on the table', async () => {
    const plan = await waiting({ maxDeletionPercent: 100 })

    expect(await plan.markedVersions()).toEqual([])
    expect(plan.condition('Ready')).toMatchObject({
      message: expect.stringContaining('maxDeletionPercent 60 instead of 100: most of the installation'),
    })
    expect(plan.condition('ApprovalRequired')).toMatchObject({
      message: expect.stringContaining('as somebody who may write the table of the installation'),
    })
  })

  it('an annotation approves nothing, and is told so', async () => {
    const plan = await waiting()
    plan.approve(wantedHash(plan))

    plan.pass(60)
    await plan.plan()

    expect(await plan.markedVersions()).toEqual([])
    expect(await plan.approvals()).toEqual([])
    expect(plan.annotations()[approveAnnotation]).toBeUndefined()
    expect(plan.cluster.events).toContainEqual(
      expect.objectContaining({
        reason: 'ApprovalRefused',
        message: expect.stringContaining('somebody who may write the table of the installation, got an annotation'),
      }),
    )
  })

  it('shelflife approve lets it go, by a person who may write the table', async () => {
    const plan = await waiting()

    const lines = await approve(plan)
    plan.pass(60)
    await plan.plan()

    expect(lines.join('\n')).toContain('27 images may be deleted')
    expect(await plan.markedVersions()).toHaveLength(27)
    const [approval] = await plan.approvals()
    expect(approval?.actor).toBe('person alice')
    expect(approval?.facts).toContain('by shelflife approve, with the right to write the table')
  })

  it('shelflife approve says what it lacks where it may not write the table, and nothing is approved', async () => {
    const plan = await waiting()

    await expect(approve(plan, denying())).rejects.toThrow(
      'expected the right to write the table of the installation: nothing was approved',
    )
    plan.pass(60)
    await plan.plan()

    expect(plan.annotations()[approveAnnotation]).toBeUndefined()
    expect(await plan.markedVersions()).toEqual([])
  })

  it('shelflife approve killed after any of its calls does all of it when it runs again', async () => {
    for (let last = 1, wasKilled = true; wasKilled; last += 1) {
      const plan = await waiting()
      wasKilled = await approveKilled(plan, createKillPoint(last))
      plan.pass(60)

      await approve(plan)
      plan.pass(60)
      await plan.plan()

      expect(await plan.markedVersions(), `killed after call ${last}`).toHaveLength(27)
    }
  }, 60_000)

  it('an approval by annotation of before counts no more once the limit is lowered, and the same hash is refused', async () => {
    const plan = await waiting({ maxDeletionPercent: 50 })
    plan.deploy({ limits: noLimits })
    const hash = wantedHash(plan)
    plan.approve(hash)
    plan.pass(60)
    await plan.plan()
    expect(await plan.markedVersions()).toHaveLength(27)

    plan.deploy({ limits })
    plan.pass(60)
    plan.run('again')
    await plan.plan()
    plan.approve(hash)
    plan.pass(60)
    await plan.plan()

    expect(await plan.markedVersions()).toEqual([])
    expect(plan.cluster.events.filter(one => one.reason === 'ApprovalRefused')).toHaveLength(1)
  })
})

describe('24: below the share of the installation', () => {
  it('an annotation approves as it always did', async () => {
    const plan = createLimitsFixture(local)
    plan.deploy({ limits: { ...limits, maxDeletionPercent: 95 } })
    await plan.versions(30)
    plan.pass(3 * day)
    plan.policy({ keepRecent: 3, maxDeletionPercent: 50 })
    await plan.plan()

    plan.approve(plan.wantedHash())
    plan.pass(60)
    await plan.plan()

    expect(await plan.markedVersions()).toHaveLength(27)
  })
})
