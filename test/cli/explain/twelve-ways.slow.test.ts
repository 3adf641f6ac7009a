import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ImageExplanation } from '../../../cli/explain/explanation.ts'
import { printExplanation } from '../../../cli/explain/print-explanation.ts'
import { explainLive } from '../../../cli/explain/run-explain.ts'
import { listShownChanges } from '../../../cli/history/run-history.ts'
import type { Digest } from '../../../shared/domain/digest.ts'
import { type FaultyLoopback, startFaultyLoopback } from '../../support/faulty-loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { always, isManifest } from '../../support/registry-faults.ts'
import { createRestoreFixture } from '../../support/restore-fixture.ts'
import { createSweepFixture, policySpec, type SweepFixture } from '../../support/sweep-fixture.ts'
import { tellDeleted, tellDeletedByEcr, tellDeletedByHarbor } from '../../support/told-deletions.ts'
import { installationOf } from '../memory-installation.ts'
import { schemaProblem } from '../schema.ts'

let world: FaultyLoopback
beforeEach(async () => {
  world = await startFaultyLoopback()
})
afterEach(() => world.close())

const policy = 'eu-1/team/cleanup'

/** v1 is not among the newest 1, v2 is. */
async function released(spec: object = {}, sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])) {
  sweep.policy(spec)
  sweep.trackWhole()
  const { digest } = await sweep.release('v1')
  await sweep.release('v2')
  return { sweep, digest: digest as Digest }
}

async function explain(sweep: SweepFixture, image = ':v1'): Promise<ImageExplanation & { readonly text: string }> {
  await sweep.inventories()
  const explanation = await explainLive(`${sweep.repository}${image}`, installationOf(world, sweep), sweep.now())
  expect(await schemaProblem('explain/explain.schema.json', explanation)).toBeUndefined()
  const text = [...printExplanation(explanation, { columns: Number.POSITIVE_INFINITY, colours: false })].join('')
  expect(text).not.toMatch(/by webhook|by sync|404 for it/)
  return { ...explanation, text }
}

const runOf = async () => {
  const run = (await world.store.findPolicy(policy))?.runs[0]
  if (!run) throw new Error('expected a run')
  return run
}

/** Who is named by the history in the entries that end an image or a tag of it. */
const endersOf = async (sweep: SweepFixture): Promise<(readonly [string, string])[]> => {
  const changes = await listShownChanges(
    { image: `${sweep.repository}:v1`, now: sweep.now() },
    installationOf(world, sweep),
  )
  return changes
    .filter(({ action }) => ['deleted', 'image-gone', 'tag-gone'].includes(action))
    .map(({ actor, reason }) => [actor, reason] as const)
}

const never = 'deleted outside of shelflife, no policy had begun to delete it'

describe('explain of an image that went', () => {
  it('1 names the sweep that deleted it', async () => {
    const { sweep } = await released()
    await sweep.sweep()

    const { gone, text } = await explain(sweep)

    const { runId } = await runOf()
    expect(gone).toMatchObject({ how: 'deleted', by: `policy ${policy}`, run: `${policy}/${runId}` })
    expect(text).toContain('because: not among the newest 1')
    expect(text).toContain(`back with shelflife restore ${sweep.repository}:v1`)
  })

  it('2 F45 names the sweep whose delete was done though it had no answer, seen at once', async () => {
    const { sweep } = await released()
    const request = await sweep.ripen()
    const undo = world.proxy.inject(always(isManifest('DELETE', sweep.path), { kind: 'lost' }))

    await sweep.execute(request)
    undo()

    const { gone } = await explain(sweep)
    const run = await runOf()
    expect(gone).toMatchObject({ how: 'deleted', by: `policy ${policy}`, run: `${policy}/${run.runId}` })
    expect(run).toMatchObject({ deleted: 1, failed: 0, items: [{ action: 'Deleted' }] })
  })

  it('3 F45 names the sweep whose delete had no answer and was done later, and corrects its numbers once', async () => {
    const { sweep, digest } = await released()
    await failedSweep(sweep)
    const failed = await runOf()
    const { summary: before } = await explain(sweep)

    await world.remove(sweep.path, digest)
    await sweep.sync()

    const { gone, summary, text } = await explain(sweep)
    const run = await runOf()
    expect(before).not.toContain('gone')
    expect(failed).toMatchObject({ result: 'PartialFailure', deleted: 0, failed: 1, freedBytes: 0 })
    expect(gone).toMatchObject({ how: 'found-gone', by: `policy ${policy}`, run: `${policy}/${run.runId}` })
    expect(summary).toMatch(
      /gone since \S+ \(policy eu-1\/team\/cleanup: not among the newest 1; its deletion had begun at \S+, the registry has carried it out since\)/,
    )
    expect(text).toContain(`back with shelflife restore ${sweep.repository}:v1`)
    expect(run).toMatchObject({ result: 'Success', deleted: 1, failed: 0, items: [{ action: 'Deleted' }] })
    expect(run.message).toMatch(/^1 deleted, 0 failed/)
    expect(run.freedBytes).toBeGreaterThan(0)
    await sweep.plan()
    expect(sweep.status()).toMatchObject({ lastRun: { result: 'Success', deleted: 1, failed: 0 } })
    expect(new Set(await endersOf(sweep)).size).toBeGreaterThan(0)
    for (const [actor] of await endersOf(sweep)) expect(actor).toBe(`policy ${policy}`)
  })

  it('4 names who deleted it by hand, by the registry’s event', async () => {
    const { sweep, digest } = await released()
    await world.remove(sweep.path, digest)
    await tellDeleted(world, sweep, { digest }, { name: 'alice', addr: '10.0.0.7:51234', useragent: 'skopeo/1.18' })

    const { gone, summary, text } = await explain(sweep)

    const reason = `${never}; the registry's event says by alice from 10.0.0.7:51234 (skopeo/1.18)`
    expect(gone).toMatchObject({ how: 'found-gone', by: 'outside', reason })
    expect(summary).toBe(`the image has been gone since ${gone?.at} (${reason})`)
    expect(text).toContain(`  the image was found gone at ${gone?.at}\n  ${reason}\n`)
    expect(await endersOf(sweep)).toEqual([
      ['outside', reason],
      ['outside', reason],
    ])
  })

  it('4 names who deleted it by hand, by an event that came after it was found gone', async () => {
    const { sweep, digest } = await released()
    await world.remove(sweep.path, digest)
    await sweep.sync()
    sweep.pass(60)
    await tellDeleted(world, sweep, { digest }, { name: 'alice', addr: '10.0.0.7:51234' })

    const { gone, text } = await explain(sweep)

    const told = "the registry's event says by alice from 10.0.0.7:51234"
    expect(gone).toMatchObject({ how: 'found-gone', by: 'outside', reason: `${never}; ${told}` })
    expect(text).toContain(told)
    const changes = await listShownChanges(
      { image: `${sweep.repository}:v1`, now: sweep.now() },
      installationOf(world, sweep),
    )
    expect(changes.at(-1)).toMatchObject({ action: 'deletion-told', actor: 'outside', reason: told })
  })

  it('4 names who deleted it by hand after a sweep of it had failed without an answer', async () => {
    const { sweep, digest } = await released()
    await failedSweep(sweep)
    await world.remove(sweep.path, digest)
    await tellDeleted(world, sweep, { digest }, { name: 'alice', useragent: 'skopeo/1.18' })

    const { gone } = await explain(sweep)

    expect(gone).toMatchObject({
      by: 'outside',
      reason: "deleted outside of shelflife, no policy did it; the registry's event says by alice (skopeo/1.18)",
      facts: [expect.stringMatching(`^policy ${policy} had begun to delete it at .* in run .*, and failed$`)],
    })
    expect(await runOf()).toMatchObject({ result: 'PartialFailure', deleted: 0, failed: 1 })
  })

  it('5 says only that it was deleted outside where no event told', async () => {
    const { sweep, digest } = await released()
    await world.remove(sweep.path, digest)
    await sweep.sync()

    const { gone, text } = await explain(sweep)

    expect(gone).toMatchObject({ how: 'found-gone', by: 'outside', reason: never })
    expect(gone).not.toHaveProperty('run')
    expect(text).toContain('only a new push from its source puts it back')
  })

  it('5 says of a tag that went alone that its manifest can be tagged again', async () => {
    const { sweep, digest } = await released()
    await world.remove(sweep.path, 'v1')
    await sweep.sync()

    const { gone, text } = await explain(sweep)

    expect(gone).toMatchObject({ what: 'tag', heldAs: `${sweep.repository}@${digest}` })
    expect(text).toContain(`back with a tag on ${sweep.repository}@${digest}`)
    expect(text).not.toContain('only a new push')
  })

  it('6 names another cleaner: the retention of a Harbor, the lifecycle of an ECR', async () => {
    const { sweep, digest } = await released()
    await world.remove(sweep.path, digest)
    await tellDeletedByHarbor(world, sweep, { digest, tag: 'v1' }, 'harbor-jobservice')
    const other = await released({}, createSweepFixture(world, [createMemoryCluster('eu-1')]))
    await world.remove(other.sweep.path, other.digest)
    await tellDeletedByEcr(world, other.sweep, other.digest)

    const { gone } = await explain(sweep)

    expect(gone?.reason).toBe(`${never}; the registry's event says by harbor-jobservice`)
    expect((await explain(other.sweep, `@${other.digest}`)).gone?.reason).toBe(
      `${never}; the registry's event told of it`,
    )
  })

  it('7 tells of a tag that a push moved away', async () => {
    const { sweep, digest } = await released({ keepRecent: 9, unusedDays: 90 })
    const moved = await sweep.release('v1', { seed: 'another' })

    const { gone, past, text } = await explain(sweep, `@${digest}`)

    expect(gone).toBeUndefined()
    expect(past).toEqual([
      expect.stringMatching(
        `^tag v1 was moved away from it by a push, seen at \\S+: it points at ${moved.digest} since$`,
      ),
    ])
    expect(text).toContain('What happened before\n  tag v1 was moved away')
  })

  it('8 tells of a repository that is gone as a whole', async () => {
    const { sweep } = await released()
    const undo = world.proxy.inject(
      always(({ path }) => path.startsWith(`/v2/${sweep.path}/`), { kind: 'answer', status: 404, body: nameUnknown }),
    )
    await sweep.sync()
    undo()

    const { gone } = await explain(sweep)

    expect(gone?.reason).toBe(`${never}; the registry does not know the repository any more`)
  })

  it('9 tells of the deletion that was undone, and who did', async () => {
    const restore = createRestoreFixture(world)
    await released({}, restore)
    await restore.sweep()
    const { runId } = await runOf()
    await restore.restore(':v1')
    restore.pass(60)

    const { gone, past } = await explain(restore)

    expect(gone).toBeUndefined()
    expect(past).toEqual([
      expect.stringMatching(/^restored at \S+ by person alice$/),
      expect.stringMatching(
        `^before, it was deleted at \\S+ by policy ${policy} in run ${policy}/${runId}: not among the newest 1$`,
      ),
    ])
  })
})

describe('explain of an image that stays', () => {
  it('10 names what uses it, the rule that keeps it, and who excludes it', async () => {
    const { sweep } = await released()
    sweep.cluster.run('web', `${sweep.repository}:v1`)
    const used = await explain(sweep)
    const kept = await explain(sweep, ':v2')
    const other = await released({ exclude: [{ tag: 'v1' }] }, createSweepFixture(world, [createMemoryCluster('eu-1')]))
    const excluded = await explain(other.sweep)

    expect(used.summary).toContain('kept by in-use')
    expect(used.policies[0]?.protectedBy).toEqual(['Deployment team/web in cluster eu-1'])
    expect(kept.summary).toContain('kept by keepRecent')
    expect(excluded.summary).toContain('kept by excluded')
  })

  it('11 says that it waits until a person approves', async () => {
    const { sweep } = await released({ maxDeletionPercent: 50 })
    for (let number = 3; number <= 23; number++) await world.push({ repository: sweep.path, tag: `v${number}` })
    await sweep.sync()
    await sweep.sweep(1)

    const { policies, text } = await explain(sweep)

    expect(policies[0]?.waits?.for).toBe('approval')
    expect(text).toContain("waits for a person's approval: 22 of 23 images")
  })

  it('12 names the run that could not delete it, and why', async () => {
    const { sweep } = await released()
    const request = await sweep.ripen()
    const undo = world.proxy.inject(always(isManifest('DELETE', sweep.path), { kind: 'answer', status: 405 }))
    await sweep.execute(request)
    undo()

    const { past, state } = await explain(sweep)

    const { runId } = await runOf()
    expect(state).not.toBe('gone')
    expect(past).toEqual([
      expect.stringMatching(
        `^policy ${policy} in run ${policy}/${runId} could not delete it at \\S+: digest kept: registry does not allow deletes$`,
      ),
    ])
  })

  it('12 F45 names the run that was answered 404 for what is there', async () => {
    const { sweep, digest } = await released()
    const request = await sweep.ripen()
    const undo = world.proxy.inject(
      always(isManifest('DELETE', sweep.path), { kind: 'answer', status: 404, body: manifestUnknown }),
    )
    await sweep.execute(request)
    undo()

    const { past, gone } = await explain(sweep)

    expect(gone).toBeUndefined()
    expect(await sweep.holds(digest)).toBe(true)
    expect(past?.[0]).toContain('digest kept: registry says that it does not know it and still serves it')
    expect(await runOf()).toMatchObject({ deleted: 0, failed: 1 })
  })
})

const nameUnknown = JSON.stringify({ errors: [{ code: 'NAME_UNKNOWN', message: 'repository name not known' }] })
const manifestUnknown = JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] })

/** Every delete is left without an answer and undone; then the run ends. */
async function failedSweep(sweep: SweepFixture): Promise<void> {
  const request = await sweep.ripen()
  const undo = world.proxy.inject(always(isManifest('DELETE', sweep.path), { kind: 'reset' }))
  await sweep.execute(request)
  // Only the run that failed: nothing is marked anew.
  sweep.cluster.change('ImageCleanupPolicy', 'cleanup', { spec: { ...policySpec, keepRecent: 9 } })
  world.passHour()
  undo()
  await sweep.sweep(1)
}
