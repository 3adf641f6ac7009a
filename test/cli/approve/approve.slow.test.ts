import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { approvePlan } from '../../../cli/approve/approve-plan.ts'
import { printExplanation } from '../../../cli/explain/print-explanation.ts'
import { explainLive } from '../../../cli/explain/run-explain.ts'
import { printHistoryJson, printHistoryTable } from '../../../cli/history/print-history.ts'
import { listShownChanges } from '../../../cli/history/run-history.ts'
import type { LimitCheck } from '../../../shared/domain/retention/limits.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { approveAnnotation } from '../../../shared/objects/policy-object.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { createSweepFixture, type SweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf } from '../memory-installation.ts'
import { runLive } from '../plan/live-run.ts'
import { schemaProblem } from '../schema.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** 22 of 23 images would be deleted, all pushed an hour ago. */
async function released(spec: object = {}): Promise<SweepFixture> {
  const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
  sweep.policy({ maxDeletionPercent: 50, ...spec })
  sweep.trackWhole()
  for (let number = 1; number <= 23; number++) await world.push({ repository: sweep.path, tag: `v${number}` })
  await sweep.sync()
  sweep.pass(3600)
  return sweep
}

const limitsOf = async (sweep: SweepFixture): Promise<LimitCheck> => {
  const plan = JSON.parse((await runLive(world, sweep, { output: 'json' })).stdout)
  expect(await schemaProblem('plan/plan.schema.json', plan)).toBeUndefined()
  return plan.limits
}

async function approve(sweep: SweepFixture, hash?: string): Promise<readonly string[]> {
  await sweep.inventories()
  const request = { policy: 'team/cleanup', now: sweep.now(), ...(hash !== undefined && { hash }) }
  return approvePlan(request, installationOf(world, sweep, { mayWrite: true }))
}

const annotationOf = (sweep: SweepFixture) =>
  sweep.cluster.get('ImageCleanupPolicy', 'cleanup')?.metadata.annotations[approveAnnotation]

describe('shelflife approve', () => {
  it('24: lets go what plan and explain say waits, and history tells who did', async () => {
    const sweep = await released()
    const limits = await limitsOf(sweep)
    const { stdout: table } = await runLive(world, sweep, { output: 'table' })
    const shares = `22 of 23 images of ${sweep.repository} would be deleted, more than 50 %`
    const explained = await explainLive(`${sweep.repository}:v1`, installationOf(world, sweep), sweep.now())
    const { hash = '' } = limits.waitForApproval ?? {}

    expect(limits).toMatchObject({ exceeded: true, reason: `waiting for approval: ${shares}` })
    expect(table).toContain(`approve with: shelflife approve team/cleanup --hash ${hash}`)
    expect(explained.policies[0]).toMatchObject({
      verdict: 'delete',
      waits: { for: 'approval', text: expect.stringContaining(shares) },
      deletion: { text: 'not deleted before a person approves' },
    })
    expect(await schemaProblem('explain/explain.schema.json', explained)).toBeUndefined()
    const style = { columns: Number.POSITIVE_INFINITY, colours: false }
    expect([...printExplanation(explained, style)].join('')).toContain(`waits for a person's approval: ${shares}`)

    const lines = await approve(sweep, hash)
    expect(lines[0]).toBe(shares)
    expect(lines[1]).toContain(`approved the plan ${hash} of policy eu-1/team/cleanup: 22 images may be deleted, until`)
    await sweep.sweep(6)

    expect(await sweep.listTags()).toEqual(['v23'])
    expect(annotationOf(sweep)).toBeUndefined()
    const request = { policy: 'team/cleanup', now: sweep.now() }
    const changes = await listShownChanges(request, installationOf(world, sweep))
    expect(changes.filter(one => one.action === 'approved')).toMatchObject([
      { actor: 'person alice', repository: sweep.repository, reason: expect.stringContaining('22 images') },
    ])
    const head = { version: 1 as const, until: '2026-11-23T00:00:00Z' }
    const json = JSON.parse([...printHistoryJson(head, changes)].join(''))
    expect(await schemaProblem('history/history.schema.json', json)).toBeUndefined()
    expect([...printHistoryTable(changes, false, style)].join('')).toMatch(
      new RegExp(`approved +${sweep.repository} +person alice`),
    )
  })

  it('24: says how many wait for the pace beside what waits for a person, and explain says so of an image', async () => {
    const sweep = await released({ maxDeletionPercent: 100, maxDeletionsPerRun: 5 })
    expect(await limitsOf(sweep)).toMatchObject({ exceeded: true, waitForPace: 17 })
    await sweep.inventories()
    await sweep.plan()

    const explanations = await Promise.all(
      Array.from({ length: 22 }, (_, at) =>
        explainLive(`${sweep.repository}:v${at + 1}`, installationOf(world, sweep), sweep.now()),
      ),
    )

    const waiting = explanations.filter(one => one.policies[0]?.waits?.for === 'pace')
    expect(waiting).toHaveLength(17)
    expect(waiting[0]).toMatchObject({ state: 'to-delete', policies: [{ verdict: 'delete' }] })
    expect(waiting[0]?.policies[0]?.waits?.text).toContain('among the 17 images that were left to later runs')
  })

  it('24: approves nothing where another plan waits than the one that was seen, and says which', async () => {
    const sweep = await released()
    const { hash } = (await limitsOf(sweep)).waitForApproval ?? {}

    const wrong = approve(sweep, '0000000000000000')

    await expect(wrong).rejects.toBeInstanceOf(InvalidInputError)
    await expect(wrong).rejects.toThrow(`expected the hash ${hash} of the plan that waits now, got "0000000000000000"`)
    expect(annotationOf(sweep)).toBeUndefined()
  })

  it('changes nothing where nothing waits', async () => {
    const sweep = await released({ maxDeletionPercent: 100 })

    expect(await approve(sweep)).toEqual(['nothing of policy eu-1/team/cleanup waits for approval'])
    expect(annotationOf(sweep)).toBeUndefined()
  })
})

describe('24: an execution', () => {
  async function ripe(sweep: SweepFixture) {
    await approve(sweep)
    await sweep.inventories()
    await sweep.plan()
    return sweep.ripen()
  }

  it('deletes nothing of an approval that has ended since the images were marked', async () => {
    const sweep = await released()
    const request = await ripe(sweep)
    sweep.pass(8 * 86_400)
    await sweep.inventories()

    const result = await sweep.execute(request)

    expect(result).toMatchObject({
      deleted: 0,
      message: `left out until a person approves: 22 of 23 images of ${sweep.repository} would be deleted, more than 50 %`,
    })
    expect(await sweep.listTags()).toHaveLength(23)
  })

  it('deletes what was approved and marked, and nothing that came to be deleted since', async () => {
    const sweep = await released()
    const request = await ripe(sweep)
    const { digest } = await world.push({ repository: sweep.path, tag: 'v24' })
    await sweep.sync()
    sweep.pass(3600)
    await sweep.inventories()

    const result = await sweep.execute(request)

    // v23 is to be deleted too by now, and was neither approved nor marked.
    expect(result).toMatchObject({ deleted: 22 })
    expect(await sweep.listTags()).toEqual(['v23', 'v24'])
    expect(await sweep.holds(digest)).toBe(true)
  })

  it('deletes nothing once so much was deleted by others that the share is too large', async () => {
    const sweep = await released({ keepTags: ['v22'], maxDeletionPercent: 92 })
    await sweep.inventories()
    await sweep.plan()
    const request = await sweep.ripen()
    await world.remove(sweep.path, (await sweep.tag('v22')) ?? '')
    sweep.pass(120)
    await sweep.inventories()

    const result = await sweep.execute(request)

    expect(result).toMatchObject({ deleted: 0, message: expect.stringContaining('21 of 22 images') })
    expect(await sweep.listTags()).toHaveLength(22)
  })
})
