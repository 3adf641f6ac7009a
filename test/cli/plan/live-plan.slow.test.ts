import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runLivePlan } from '../../../cli/plan/run-live-plan.ts'
import { UnavailableError } from '../../../shared/errors.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster, type MemoryCluster } from '../../support/memory-cluster.ts'
import { createSweepFixture, policySpec, type SweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf, recordingStreams } from '../memory-installation.ts'
import { schemaProblem } from '../schema.ts'
import { runLive } from './live-run.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

interface Planned {
  readonly decisions: {
    tags: string[]
    digest: string
    verdict: string
    rule: string
    reason: string
    protectedBy: string[]
    deletedTags?: string[]
    mark?: object
  }[]
  readonly sweep: { stoppedBy: string[]; skipped: { repository: string; reason: string }[]; at?: string }
  readonly limits: { exceeded: boolean; waitForPace?: number }
  readonly totals: { images: number; deleted: number; bytes: number }
  readonly usage: string
}

const plan = async (sweep: SweepFixture): Promise<Planned> =>
  JSON.parse((await runLive(world, sweep, { output: 'json' })).stdout)

/** The plan of the first of several clusters. */
async function planBeside(sweep: SweepFixture, clusters: readonly MemoryCluster[]): Promise<Planned> {
  await sweep.inventories()
  const { streams, written } = recordingStreams()
  const request = { policyName: 'eu-1/team/cleanup', now: sweep.now(), output: 'json' } as const
  await runLivePlan(request, installationOf(world, sweep, { clusters }), streams)
  return JSON.parse(written.stdout)
}

/** As a sync reads it of a Harbor project without tag retention. */
async function lockTags(sweep: SweepFixture, pattern: string): Promise<void> {
  await sweep.sync()
  const tag_selectors = [{ kind: 'doublestar', decoration: 'matches', pattern }]
  const immutable = [{ disabled: false, template: 'immutable_template', tag_selectors }]
  const text = JSON.stringify({ retention: { algorithm: 'or', rules: [] }, immutable })
  const before = await world.store.findRepository(sweep.repository)
  if (!before) throw new Error('expected a repository that was synced')
  const { number: _, ...rest } = before
  const registryRules = { readAt: sweep.now(), rules: { kind: 'harbor-retention' as const, text } }
  await world.store.saveRepository({ ...rest, registryRules }, before)
}

const verdicts = ({ decisions }: Planned) =>
  Object.fromEntries(decisions.map(one => [one.tags[0] ?? one.digest, one.verdict]))

describe('shelflife plan --policy-name', () => {
  it.each(['Configuration', 'RegistryArtifact'])('comes to a deletion for pipelines with target %s', async target => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy({ targets: [target] })
    sweep.trackWhole()
    for (const tag of ['v1', 'v2']) {
      await sweep.release(tag)
      sweep.track(tag)
    }
    await sweep.inventories()
    const { streams } = recordingStreams()
    const request = { policyName: 'eu-1/team/cleanup', now: sweep.now(), output: 'json' } as const

    expect(await runLivePlan(request, installationOf(world, sweep), streams)).toBe('deletes')
  })

  it('shows what the next sweep then does, and writes nothing', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy()
    sweep.trackWhole()
    for (const tag of ['v1', 'v2', 'v3']) await sweep.release(tag)
    sweep.cluster.run('web', `${sweep.repository}:v1`)

    const planned = await plan(sweep)
    const held = await Promise.all(planned.decisions.map(one => sweep.holds(one.digest as `sha256:${string}`)))
    await sweep.sweep()

    expect(await schemaProblem('plan/plan.schema.json', planned)).toBeUndefined()
    expect(verdicts(planned)).toEqual({ v1: 'keep', v2: 'delete', v3: 'keep' })
    expect(held).toEqual([true, true, true])
    for (const { digest, verdict } of planned.decisions)
      expect(await sweep.holds(digest as `sha256:${string}`)).toBe(verdict === 'keep')
  })

  it('shows the mark and its date once a sweep has marked', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy({ gracePeriod: '10m' })
    sweep.trackWhole()
    for (const tag of ['v1', 'v2']) await sweep.release(tag)
    await sweep.sweep(1)

    const planned = await plan(sweep)
    const { stdout } = await runLive(world, sweep, { output: 'table', columns: 120 })

    expect(planned.decisions.find(one => one.tags[0] === 'v1')).toMatchObject({
      verdict: 'delete',
      mark: { policy: 'eu-1/team/cleanup' },
    })
    expect(stdout).toContain('marked, deleted after 2026-')
  })

  it('shows what another policy keeps as kept, by the rule of that policy', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy()
    sweep.cluster.put('ImageCleanupPolicy', 'generous', { ...policySpec, keepRecent: 2 })
    sweep.trackWhole()
    for (const tag of ['v1', 'v2', 'v3']) await sweep.release(tag)

    const planned = await plan(sweep)
    await sweep.sweep()

    expect(verdicts(planned)).toEqual({ v1: 'delete', v2: 'keep', v3: 'keep' })
    expect(planned.totals).toMatchObject({ images: 3, deleted: 1 })
    expect(planned.decisions.find(one => one.tags[0] === 'v2')).toMatchObject({
      rule: 'keepRecent',
      reason: 'among the newest 2 releases (policy eu-1/team/generous)',
      protectedBy: ['policy eu-1/team/generous'],
    })
    expect(await sweep.tag('v1')).toBeUndefined()
    expect(await sweep.tag('v2')).toBeDefined()
  })

  it('keeps what a policy that cannot be read may keep, and names it', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy()
    sweep.cluster.put('ImageCleanupPolicy', 'broken', { keepRecent: -1 })
    sweep.trackWhole()
    for (const tag of ['v1', 'v2']) await sweep.release(tag)

    const planned = await plan(sweep)

    expect(planned.decisions.find(one => one.tags[0] === 'v1')).toMatchObject({
      verdict: 'keep',
      rule: 'unknown',
      protectedBy: ['policy eu-1/team/broken'],
    })
  })

  it('names the tags that are deleted from an image that stays', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy()
    for (const tag of ['v1', 'v2']) sweep.track(tag)
    await sweep.release('v1', { seed: 'shared' })
    await sweep.release('v9', { seed: 'shared' })
    await sweep.release('v2')

    const planned = await plan(sweep)

    expect(planned.decisions.find(one => one.tags.includes('v9'))).toMatchObject({
      verdict: 'keep',
      rule: 'graph',
      deletedTags: ['v1'],
    })
    expect(await schemaProblem('plan/plan.schema.json', planned)).toBeUndefined()
  })

  it('shows as kept what the registry refuses to delete by its rules: locked images, and children of those', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy()
    sweep.trackWhole()
    const index = await sweep.release('v1', { platforms: ['linux/amd64', 'linux/arm64'] })
    await sweep.release('v2')
    await sweep.release('v3')
    await lockTags(sweep, 'v1')

    const planned = await plan(sweep)

    const byTag = new Map(planned.decisions.map(one => [one.tags[0] ?? one.digest, one]))
    expect(byTag.get('v1')).toMatchObject({
      verdict: 'keep',
      reason: expect.stringContaining('v1 immutable'),
    })
    expect(byTag.get('v2')).toMatchObject({ verdict: 'delete' })
    const children = index.children.map(child => byTag.get(child.digest))
    expect(children).toMatchObject([{ verdict: 'keep' }, { verdict: 'keep' }])
    expect(children[0]?.reason).toContain(`${index.digest} stays, and refers to it (rules as of 20`)
    expect(planned.totals.deleted).toBe(1)
    expect(await schemaProblem('plan/plan.schema.json', planned)).toBeUndefined()
  })

  it('names no tag as deleted that the registry refuses to take off an image that stays', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy()
    for (const tag of ['v0', 'v1', 'v2']) sweep.track(tag)
    for (const tag of ['v0', 'v1', 'v9']) await sweep.release(tag, { seed: 'shared' })
    await sweep.release('v2')
    await lockTags(sweep, 'v1')

    const planned = await plan(sweep)

    expect(planned.decisions.find(one => one.tags.includes('v9'))?.deletedTags).toEqual(['v0'])
  })

  it('says why a sweep would delete nothing: paused, suspended, dry run, limits, a failed sync', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy({ suspend: true, dryRun: true, maxDeletionsPerRun: 1 })
    sweep.trackWhole()
    sweep.cluster.put('Repository', 'other', { repository: 'never/synced', registryRef: { name: 'registry' } })
    for (const tag of ['v1', 'v2', 'v3']) await sweep.release(tag)
    sweep.killSwitch.on = true

    const planned = await plan(sweep)

    expect(planned.sweep.stoppedBy).toEqual([
      'all sweeps are paused by the kill switch',
      'the policy is suspended',
      'the policy is on dry run',
    ])
    expect(planned.sweep.skipped).toEqual([{ repository: `${world.host}/never/synced`, reason: 'it was never synced' }])
    expect(planned.limits).toMatchObject({ exceeded: true, waitForPace: 1 })
  })

  it('F28 keeps everything while one of two clusters is not listed', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy()
    sweep.trackWhole()
    for (const tag of ['v1', 'v2']) await sweep.release(tag)
    await sweep.inventories()
    const now = sweep.now()
    const installation = installationOf(world, sweep)
    const settings = {
      ...installation.settings,
      clusters: [
        ...installation.settings.clusters,
        { name: 'eu-2', kubeconfigSecret: 'eu-2', drained: false, watchSeconds: 5 },
      ],
    }
    const { streams, written } = recordingStreams()

    await runLivePlan({ policyName: 'eu-1/team/cleanup', now, output: 'json' }, { ...installation, settings }, streams)

    const planned: Planned = JSON.parse(written.stdout)
    expect(planned.usage).toBe('incomplete')
    expect(planned.decisions.map(one => one.rule)).toEqual(['usage-incomplete', 'usage-incomplete'])
  })

  it('F27 keeps everything while an account of the settings was never listed', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy()
    sweep.trackWhole()
    for (const tag of ['v1', 'v2']) await sweep.release(tag)
    await sweep.inventories()
    const { streams, written } = recordingStreams()
    const request = { policyName: 'eu-1/team/cleanup', now: sweep.now(), output: 'json' } as const

    await runLivePlan(request, installationOf(world, sweep, { awsWorkloads: ['account-prod'] }), streams)

    expect((JSON.parse(written.stdout) as Planned).usage).toBe('incomplete')
  })

  it('F28 shows what a policy of another cluster keeps as kept, by the rule of that policy', async () => {
    const clusters = [createMemoryCluster('eu-1'), createMemoryCluster('eu-2')]
    const sweep = createSweepFixture(world, clusters)
    sweep.policy()
    sweep.trackWhole()
    const [, far] = clusters
    far?.put('Repository', 'v2-alone', { repository: sweep.path, tag: 'v2', registryRef: { name: 'registry' } })
    far?.put('ImageCleanupPolicy', 'generous', { ...policySpec, keepRecent: 2 })
    for (const tag of ['v1', 'v2', 'v3']) await sweep.release(tag)

    const planned = await planBeside(sweep, clusters)
    await sweep.sweep()

    expect(verdicts(planned)).toEqual({ v1: 'delete', v2: 'keep', v3: 'keep' })
    expect(planned.decisions.find(one => one.tags[0] === 'v2')).toMatchObject({
      rule: 'keepRecent',
      reason: expect.stringContaining('(policy eu-2/team/generous)'),
      protectedBy: ['policy eu-2/team/generous'],
    })
    expect([await sweep.tag('v1'), await sweep.tag('v2')]).toEqual([undefined, expect.any(String)])
  })

  it('F28 says that the sweep stands still while another cluster cannot be read', async () => {
    const far = createMemoryCluster('eu-2')
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1'), far])
    sweep.policy()
    sweep.trackWhole()
    for (const tag of ['v1', 'v2']) await sweep.release(tag)
    far.listObjects = () => Promise.reject(new UnavailableError('no route', { kind: 'network' }))

    const planned = await planBeside(sweep, [sweep.cluster, far])

    expect(planned.sweep.stoppedBy).toEqual(['cluster eu-2 cannot be read: no route'])
  })

  it('says what the archive takes and costs of a policy that archives layers, and nothing of others', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy({ archive: 'layers' })
    sweep.trackWhole()
    for (const tag of ['v1', 'v2'])
      await world.push({ repository: sweep.path, tag, files: { shared: 'x'.repeat(99) }, labels: { tag } })
    await sweep.release('v3')
    const json = await runLive(world, sweep, { output: 'json' })
    const { stdout } = await runLive(world, sweep, { output: 'table', columns: 200 })
    sweep.policy()
    const other = await runLive(world, sweep, { output: 'json' })

    const { archive, totals } = JSON.parse(json.stdout)
    expect(await schemaProblem('plan/plan.schema.json', JSON.parse(json.stdout))).toBeUndefined()
    // Two configs, and the layer that both have: nothing of it is anybody else's.
    expect(archive).toEqual({ bytes: totals.bytes, dollarsPerMonth: 0 })
    expect(stdout).toMatch(/the archive takes their layers, \d+ bytes: \$0\.00 for each month/)
    expect(JSON.parse(other.stdout)).not.toHaveProperty('archive')
  })

  it('speaks of the archive of the registry, and of what that costs, where the policy archives', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.deploy({ factsOf: () => ({ untagged: 'stays', hasArchive: true }) })
    sweep.policy({ action: 'Archive' })
    sweep.trackWhole()
    await sweep.release('v1')
    await sweep.release('v2')
    const json = JSON.parse((await runLive(world, sweep, { output: 'json' })).stdout)
    const { stdout } = await runLive(world, sweep, { output: 'table', columns: 200 })
    sweep.deploy({})
    const without = await plan(sweep)

    expect(await schemaProblem('plan/plan.schema.json', json)).toBeUndefined()
    expect(json).toMatchObject({ action: 'Archive', totals: { deleted: 1 } })
    expect(stdout).toMatch(/1 kept, 1 would be archived: \S+ \S+ of the registry goes into its archive\n/)
    expect(stdout).toContain('$0.10 for a GB and month, up to 150 TB a month')
    expect(stdout).toContain('it marks first and archives 1m later what nothing keeps by then')
    expect(without.totals).toMatchObject({ deleted: 0 })
    expect(without.decisions.map(({ reason }) => reason)).toContainEqual(
      expect.stringContaining('no rule keeps it, but action Archive: expected a registry with an archive'),
    )
  })

  it('shows progress on a terminal and none in a pipe', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy()
    sweep.trackWhole()
    await sweep.release('v1')

    const [terminal, pipe] = [
      await runLive(world, sweep, { output: 'table', columns: 80 }),
      await runLive(world, sweep, { output: 'table' }),
    ]

    expect(terminal.stderr).toContain('reading: 1 of 1 repository')
    expect(terminal.stderr.endsWith('\r\u001b[K')).toBe(true)
    expect(pipe.stderr).toBe('')
  })
})
