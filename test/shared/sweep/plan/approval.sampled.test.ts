import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { approveAnnotation } from '../../../../shared/objects/policy-object.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import { createLimitsFixture, type LimitsFixture, namesOf } from '../../../support/limits-fixture.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { createKillPoint, KilledError } from '../../../support/memory-platform.ts'
import { digestOf } from '../../../support/records.ts'
import { killEvery } from '../../../support/thoroughness.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const day = 86_400
const rules = { keepRecent: 3, maxDeletionPercent: 50 }

/** 27 of 30 images would be deleted, which a run has left out. */
async function waiting(spec: object = {}): Promise<LimitsFixture> {
  const plan = createLimitsFixture(local)
  await plan.versions(30)
  plan.pass(3 * day)
  plan.policy({ ...rules, ...spec })
  await plan.plan()
  return plan
}

/** The same, approved. */
async function approved(spec: object = {}): Promise<LimitsFixture> {
  const plan = await waiting(spec)
  plan.approve(plan.wantedHash())
  plan.pass(60)
  await plan.plan()
  return plan
}

describe('24: a repository of which too large a share would be deleted', () => {
  it('is left out, and the run, the condition, the status and an Event say so with numbers and hash', async () => {
    const plan = await waiting()

    const shares = `27 of 30 images of ${plan.repository} would be deleted, more than 50 %`
    const hash = plan.wantedHash()
    const how = `approve with 'kubectl annotate imagecleanuppolicy cleanup -n team theriseunion.io/approve=${hash}' or 'shelflife approve team/cleanup'`
    expect(await plan.markedVersions()).toEqual([])
    expect(plan.lastRun()).toMatchObject({ result: 'Success', waitForApproval: 1, deleted: 0 })
    expect(plan.lastRun().message).toContain(`left out until a person approves: ${shares}: ${how}`)
    expect(plan.condition('ApprovalRequired')).toMatchObject({
      status: 'True',
      reason: 'ShareExceeded',
      message: `${shares}: ${how}`,
    })
    expect(plan.status().approval).toEqual({
      hash,
      repositoryCount: 1,
      repositories: [{ repository: plan.repository, images: 30, toDelete: 27, approved: 0 }],
    })
    expect(plan.cluster.events).toContainEqual(
      expect.objectContaining({ type: 'Warning', reason: 'ApprovalRequired', message: `${shares}: ${how}` }),
    )
  })

  it('holds up no other repository of the policy', async () => {
    const plan = createLimitsFixture(local)
    const other = `${plan.path}-other`
    await plan.versions(30)
    await plan.versions(7, other)
    plan.policy(rules)

    await plan.plan()

    expect(await plan.markedVersions()).toEqual([])
    expect(await plan.markedVersions(other)).toEqual(namesOf(1, 4))
  })

  it('loses its marks when it comes to that after they were made', async () => {
    const plan = createLimitsFixture(local)
    await plan.versions(50)
    plan.policy({ keepRecent: 25, maxDeletionPercent: 50 })
    await plan.plan()
    expect(await plan.markedVersions()).toHaveLength(25)
    for (const name of namesOf(26, 30)) {
      const tag = await local.store.findTag(plan.repository, name)
      const image = await plan.image(name)
      if (!tag || !image) throw new Error(`expected ${name}`)
      await local.store.saveTag({ ...tag, goneAt: plan.now() }, tag)
      await local.store.saveImage({ ...image, goneAt: plan.now() }, image)
    }
    plan.pass(1800)
    await plan.plan()
    expect(await plan.markedVersions()).toHaveLength(20)

    plan.change({ keepRecent: 3, maxDeletionPercent: 50 })
    await plan.plan()

    expect(await plan.markedVersions()).toEqual([])
    expect((await plan.image('v1'))?.change.reason).toMatch(/^waits for a person's approval: 42 of 45 images/)
    expect(plan.condition('ApprovalRequired')).toMatchObject({ status: 'True' })
  })

  it('is no matter where the registry is let be: Configuration alone goes on by its pace', async () => {
    const plan = createLimitsFixture(local)
    await plan.versions(30)
    for (const name of namesOf(1, 30)) plan.track(plan.path, name)
    plan.policy({ ...rules, targets: ['Configuration'] })

    await plan.plan()

    expect(await plan.markedVersions()).toEqual(namesOf(1, 27))
  })

  it('95 is left out of a run for storage too, and its person is asked', async () => {
    const plan = createLimitsFixture(local, 3300)
    await plan.versions(30, plan.path, number => ({
      blobs: [{ digest: digestOf(`${plan.path} blob ${number}`), sizeBytes: 100 }],
    }))
    await plan.synced(plan.path, { storedBytes: 3000 })
    const spec = { ...rules, gracePeriod: '1h', targets: ['RegistryArtifact'], storageThresholdPercent: 50 }
    plan.cluster.put('ImageCleanupPolicy', 'cleanup', spec)

    await plan.plan()

    expect(await plan.markedVersions()).toEqual([])
    expect(plan.condition('ApprovalRequired')).toMatchObject({ status: 'True', reason: 'ShareExceeded' })
  })
})

describe('24: an approval', () => {
  it('lets the plan go on by its pace, in a run of its own, and takes the annotation off once it is recorded', async () => {
    const plan = await waiting({ maxDeletionsPerRun: 10 })
    const hash = plan.wantedHash()
    plan.approve(hash)
    plan.pass(60)

    await plan.plan()

    expect(await plan.markedVersions()).toEqual(namesOf(1, 10))
    expect(plan.annotations()).not.toHaveProperty([approveAnnotation])
    expect(plan.status()).toMatchObject({
      lastHandledApproval: hash,
      lastRun: { trigger: 'Manual', result: 'Running', waitForPace: 17 },
    })
    expect(plan.status()).not.toHaveProperty('approval')
    expect(plan.condition('ApprovalRequired')).toMatchObject({ status: 'False', reason: 'Approved' })
    expect(plan.cluster.events).toContainEqual(expect.objectContaining({ type: 'Normal', reason: 'Approved' }))
    for (const next of ['2', '3']) {
      await plan.executed()
      plan.run(next)
      await plan.plan()
    }
    expect(await plan.markedVersions()).toEqual(namesOf(21, 27))
  })

  it('is in the audit trail: who, when, which hash, how many images', async () => {
    const plan = await waiting()
    const hash = plan.wantedHash()
    plan.approve(`${hash} by person alice`)
    plan.pass(60)
    await plan.plan()

    const [entry, ...others] = await plan.approvals()

    expect(others).toEqual([])
    expect(entry).toMatchObject({
      at: plan.now(),
      actor: 'person alice',
      repository: plan.repository,
      reason: expect.stringContaining(`approved the plan ${hash}`),
    })
    expect(entry?.reason).toContain('27 images in 1 repository')
    expect(entry?.facts.join()).toContain('which wrote that name into the annotation')
  })

  it('by the annotation alone is of nobody that is known', async () => {
    const plan = await approved()

    expect(await plan.approvals()).toMatchObject([
      {
        actor: 'annotation',
        facts: [expect.stringContaining('who wrote it is not known'), expect.anything(), expect.anything()],
      },
    ])
  })

  it.each(['0123456789abcdef', 'yes', ''])(
    'of another hash, %j, counts for nothing, and the person is told',
    async value => {
      const plan = await waiting()
      const hash = plan.wantedHash()
      plan.approve(value)
      plan.pass(60)

      await plan.plan()

      const message = `expected the hash ${hash} of the plan that waits, got ${value}: nothing was approved; `
      expect(await plan.markedVersions()).toEqual([])
      expect(plan.annotations()).not.toHaveProperty([approveAnnotation])
      expect(plan.condition('ApprovalRequired')).toMatchObject({
        status: 'True',
        reason: 'ApprovalRefused',
        message: expect.stringContaining(message),
      })
      expect(plan.cluster.events).toContainEqual(
        expect.objectContaining({ reason: 'ApprovalRefused', message: expect.stringContaining(message) }),
      )
      expect(await plan.approvals()).toEqual([])
    },
  )

  it('of a plan that changed while it waited counts for nothing, and the new hash is named', async () => {
    const plan = await waiting()
    const before = plan.wantedHash()
    await plan.holds('v31', { pushedAt: { at: new Date(0), source: 'registry' } })
    plan.approve(before)
    plan.pass(60)
    await plan.plan()

    const after = plan.wantedHash()
    expect(after).not.toBe(before)
    expect(plan.condition('ApprovalRequired')).toMatchObject({ message: expect.stringContaining(`got ${before}`) })
    expect(await plan.markedVersions()).toEqual([])
    plan.approve(after)
    plan.pass(60)
    await plan.plan()

    expect(await plan.markedVersions()).toHaveLength(28)
  })

  it('covers the digests of its plan: what comes to be deleted beyond them counts from nothing', async () => {
    const plan = await approved()
    for (let number = 31; number <= 52; number++)
      await plan.holds(`v${number}`, {
        pushedAt: { at: new Date(Date.UTC(2026, 0, 1) + number * 1000), source: 'registry' },
      })
    plan.run('2')
    plan.pass(60)
    await plan.plan()
    expect(await plan.markedVersions()).toEqual(namesOf(1, 49))

    for (let number = 53; number <= 120; number++)
      await plan.holds(`v${number}`, {
        pushedAt: { at: new Date(Date.UTC(2026, 0, 1) + number * 1000), source: 'registry' },
      })
    plan.run('3')
    plan.pass(60)
    await plan.plan()

    // 27 of the 117 are approved; the other 90 of 120 wait, and those of them that were marked are lifted.
    expect(await plan.markedVersions()).toEqual(namesOf(1, 27))
    expect(plan.status().approval).toMatchObject({ repositories: [{ images: 120, toDelete: 117, approved: 27 }] })
  })

  it('F35 for another spec of the policy counts for nothing, and the person is told', async () => {
    const plan = await approved()
    plan.change({ ...rules, keepRecent: 4 })
    plan.pass(60)

    await plan.plan()

    expect(await plan.markedVersions()).toEqual([])
    expect(plan.condition('ApprovalRequired')).toMatchObject({
      status: 'True',
      message: expect.stringMatching(/^the approval [0-9a-f]{16} was for another spec of the policy; 26 of 30 images/),
    })
  })

  it('ends after seven days: what is left waits for another, which may be of the same plan', async () => {
    const plan = await waiting()
    plan.approve(plan.wantedHash())
    plan.killSwitch.on = true
    plan.pass(60)
    await plan.plan()
    expect(await plan.approvals()).toHaveLength(1)
    plan.killSwitch.on = false
    plan.pass(7 * day)

    await plan.plan()

    expect(await plan.markedVersions()).toEqual([])
    expect(plan.condition('ApprovalRequired')).toMatchObject({
      status: 'True',
      message: expect.stringMatching(/^the approval [0-9a-f]{16} ended at 2026-01-11T/),
    })
    plan.approve(plan.wantedHash())
    plan.pass(60)
    await plan.plan()
    expect(await plan.markedVersions()).toEqual(namesOf(1, 27))
    expect(await plan.approvals()).toHaveLength(2)
  })

  it('lets what was marked in its time wait out its grace', async () => {
    const plan = await waiting({ gracePeriod: '48h' })
    plan.approve(plan.wantedHash())
    plan.killSwitch.on = true
    plan.pass(60)
    await plan.plan()
    plan.killSwitch.on = false
    plan.pass(6 * day)
    await plan.plan()
    expect(await plan.markedVersions()).toEqual(namesOf(1, 27))

    plan.pass(2 * day)
    expect(await plan.plan()).toHaveLength(1)
    plan.pass(2 * day)
    await plan.plan()

    expect(await plan.markedVersions()).toEqual([])
  })

  it('of one cluster is none for the policy of that name in another', async () => {
    const plan = createLimitsFixture(local)
    await plan.versions(30)
    plan.policy(rules)
    const { cluster, far, path } = plan
    far.put('Repository', 'whole', { repository: path, registryRef: { name: 'registry' } })
    const spec = cluster.get('ImageCleanupPolicy', 'cleanup')?.spec as object
    const annotations = { 'theriseunion.io/manual-run': '1' }
    far.put('ImageCleanupPolicy', 'cleanup', spec, { annotations })
    await plan.plan()
    const hash = plan.wantedHash()

    far.change('ImageCleanupPolicy', 'cleanup', { annotations: { ...annotations, [approveAnnotation]: hash } })
    plan.pass(60)
    await plan.plan()

    expect(await plan.markedVersions()).toEqual([])
    const conditions = far.get('ImageCleanupPolicy', 'cleanup')?.status.conditions as {
      type: string
      message: string
    }[]
    const theirs = conditions.find(one => one.type === 'ApprovalRequired')?.message ?? ''
    expect(theirs).toMatch(new RegExp(`^expected the hash [0-9a-f]{16} of the plan that waits, got ${hash}`))
    plan.approve(hash)
    plan.pass(60)
    await plan.plan()
    expect(await plan.markedVersions()).toEqual(namesOf(1, 27))
  })

  it('is left where a cluster cannot be read, and handled when it can', async () => {
    const plan = await waiting()
    const { listObjects } = plan.far
    plan.far.listObjects = () => Promise.reject(new KilledError('unreachable'))
    plan.approve(plan.wantedHash())
    plan.pass(60)
    await plan.plan().catch(() => undefined)
    expect(plan.annotations()).toHaveProperty([approveAnnotation])
    plan.far.listObjects = listObjects

    await plan.plan()

    expect(await plan.markedVersions()).toEqual(namesOf(1, 27))
  })

  it('F7 F8 killed after any call is recorded once, begins one run, and leaves no annotation', async () => {
    for (let last = 1; ; last += killEvery) {
      const plan = createLimitsFixture(local)
      await plan.versions(22)
      plan.policy({ keepRecent: 1, maxDeletionPercent: 50, maxDeletionsPerRun: 2 })
      await plan.plan()
      plan.approve(plan.wantedHash())
      plan.pass(60)
      const wasKilled = await plan.plan(createKillPoint(last)).then(
        () => false,
        error => {
          if (!(error instanceof KilledError)) throw error
          return true
        },
      )
      for (let minute = 0; minute < 3; minute++) {
        plan.pass(60)
        await plan.plan()
      }

      const where = `killed after call ${last}`
      expect(await plan.approvals(), where).toHaveLength(1)
      expect(await plan.markedVersions(), where).toEqual(namesOf(1, 2))
      expect(plan.annotations(), where).not.toHaveProperty([approveAnnotation])
      expect((await plan.record())?.runs, where).toHaveLength(2)
      expect(plan.condition('ApprovalRequired'), where).toMatchObject({ status: 'False', reason: 'Approved' })
      if (!wasKilled) break
    }
  }, 300_000)
})
