import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { printStatus } from '../../../cli/status/print-status.ts'
import { type InstallationStatus, readStatus } from '../../../cli/status/read-status.ts'
import { watch } from '../../../cli/status/watch.ts'
import { createMetricsStore } from '../../../shared/adapters/store/metrics-store.ts'
import { UnavailableError } from '../../../shared/errors.ts'
import { pauseAnnotation } from '../../../shared/objects/policy-object.ts'
import type { CustomKind } from '../../../shared/ports/cluster.ts'
import { gaugesDraft } from '../../contract/metrics-store.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { recordedCalls } from '../../support/recorded-calls.ts'
import { createSweepFixture, type SweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf } from '../memory-installation.ts'
import { schemaProblem } from '../schema.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const read = (sweep: SweepFixture) => readStatus(installationOf(world, sweep), sweep.now())

/** Everything is well: two images, a policy, all listed a moment ago. */
async function healthy(spec: object = {}): Promise<SweepFixture> {
  const sweep = createSweepFixture(world)
  sweep.policy({ schedule: '0 2 * * *', ...spec })
  sweep.trackWhole()
  for (const tag of ['v1', 'v2']) await sweep.release(tag)
  await sweep.inventories()
  return sweep
}

/** Gives an object a condition, as reconcile or the planner would. */
async function show(sweep: SweepFixture, kind: CustomKind, name: string, condition: object): Promise<void> {
  const object = sweep.cluster.get(kind, name)
  if (object === undefined) throw new Error(`${kind} ${name} is not there`)
  const shown = { message: 'as it is', lastTransitionTime: '2026-01-01T00:00:00Z', ...condition }
  await sweep.cluster.applyStatus(object, { ...object.status, conditions: [shown] })
}

describe('shelflife status', () => {
  it('is not red where all is well, and tells the next run', async () => {
    const sweep = await healthy()

    const status = await read(sweep)

    expect(status).toMatchObject({ sweeps: { paused: false }, policies: { inForce: 1, stopped: [] }, red: [] })
    expect(status.next).toEqual([{ policy: `${sweep.cluster.name}/team/cleanup`, at: '2026-01-02T02:00:00Z' }])
  })

  it('tells that sweeps are paused, and of a paused policy by whom, and neither is red', async () => {
    const sweep = await healthy()
    sweep.killSwitch.on = true
    sweep.cluster.change('ImageCleanupPolicy', 'cleanup', { annotations: { [pauseAnnotation]: 'by person alice' } })

    const status = await read(sweep)

    expect(status).toMatchObject({ sweeps: { paused: true }, policies: { inForce: 0 }, red: [], next: [] })
    expect(status.policies.stopped[0]?.message).toBe('paused: by person alice')
  })

  it('tells of a run under way, of marks, and of what waits for approval with the command for it', async () => {
    const sweep = await healthy()
    await sweep.sweep(1)
    await show(sweep, 'ImageCleanupPolicy', 'cleanup', {
      type: 'ApprovalRequired',
      status: 'True',
      reason: 'ShareExceeded',
    })
    const whole = sweep.cluster.get('Repository', 'whole')
    const cleanup = { candidate: false, markedImages: 2, deleteAfter: '2026-01-02T00:00:00Z' }
    if (whole) await sweep.cluster.applyStatus(whole, { cleanup })

    const { running, waiting } = await read(sweep)

    expect(running.map(one => one.what)).toEqual([expect.stringMatching(/\/team\/cleanup\/manual-/)])
    expect(waiting[0]?.message).toMatch(/as it is; .* approve team\/cleanup$/)
    expect(waiting[1]).toEqual({
      what: '2 marked',
      message: expect.stringContaining('the first goes after 2026-01-02T00:00:00Z'),
    })
  })

  it.each([
    [
      'Repository',
      'whole',
      { type: 'Synced', status: 'False', reason: 'Timeout' },
      /^1 object not synced: Timeout: .*team\/whole/,
    ],
    [
      'Repository',
      'whole',
      { type: 'InDanger', status: 'True', reason: 'TagGone' },
      /^1 object in use and cannot be pulled: TagGone/,
    ],
    [
      'RegistrySecret',
      'registry',
      { type: 'Verified', status: 'False', reason: 'TLSFailed' },
      /^RegistrySecret .*: TLSFailed/,
    ],
    [
      'ImageCleanupPolicy',
      'cleanup',
      { type: 'Ready', status: 'False', reason: 'NotAuthorized' },
      /^policy .*: NotAuthorized/,
    ],
    [
      'ImageCleanupPolicy',
      'cleanup',
      { type: 'LastRunSucceeded', status: 'False', reason: 'RunFailed' },
      /^last run of .*: RunFailed/,
    ],
  ] as const)('is red where a %s %s shows %j', async (kind, name, condition, says) => {
    const sweep = await healthy()
    await show(sweep, kind, name, condition)

    const { red } = await read(sweep)

    expect(red.map(({ what, message }) => `${what}: ${message}`)).toEqual([expect.stringMatching(says)])
  })

  it('is red where a policy cannot be read, and where what runs is not known any more', async () => {
    const sweep = await healthy()
    sweep.cluster.change('ImageCleanupPolicy', 'cleanup', { spec: { keepRecent: -1 } })
    sweep.pass(86_400)

    const { red } = await read(sweep)

    expect(red.map(one => one.what)).toEqual([
      `what ${sweep.cluster.name} uses`,
      `policy ${sweep.cluster.name}/team/cleanup`,
    ])
  })

  it('is red where an organization has no account, though it was listed', async () => {
    const sweep = await healthy()
    const listed = {
      startedAt: sweep.now(),
      finishedAt: sweep.now(),
      complete: true,
      workloads: 0,
      message: '0 members',
    }
    await world.store.saveInventory({ cluster: 'org', ...listed, members: [] }, undefined)

    const { red } = await readStatus(installationOf(world, sweep, { awsWorkloads: ['org'] }), sweep.now())

    expect(red).toEqual([
      { what: 'who pulls', message: expect.stringContaining('expected an account of org at least, got none') },
    ])
  })

  it('tells the rest beside a cluster that cannot be read', async () => {
    const clusters = [createMemoryCluster('eu-11'), createMemoryCluster('eu-12')]
    const sweep = createSweepFixture(world, clusters)
    sweep.policy()
    await sweep.inventories()
    const dead = { listObjects: () => Promise.reject(new UnavailableError('no answer', { kind: 'network' })) }
    const connected = [clusters[0], { ...clusters[1], ...dead }] as typeof clusters
    const installation = { ...installationOf(world, sweep, { clusters }), connectClusters: async () => connected }

    const status = await readStatus(installation, sweep.now())

    expect(status.policies.inForce).toBe(1)
    expect(status.red).toEqual([{ what: 'cluster eu-12', message: 'no answer' }])
  })

  it('reads of the table nothing that grows with repositories', async () => {
    const sweep = await healthy()
    const installation = installationOf(world, sweep)
    const { recorded: store, calls: reads } = recordedCalls(installation.store)

    await readStatus({ ...installation, store }, sweep.now())

    expect(reads.sort()).toEqual(['findHost', 'findInventories', 'listPolicies'])
  })

  it('is JSON as its schema describes', async () => {
    const sweep = await healthy()
    const metrics = createMetricsStore(world.table.client, world.table.tableName)
    const cluster = sweep.cluster.name
    await metrics.saveGauges(gaugesDraft(cluster), undefined)
    const day = new Date(sweep.now().getTime() - 9 * 86_400_000).toISOString().slice(0, 10)
    const stored = [{ registry: 'harbor.example.com', bytes: 20 }]
    await metrics.addHeldDay({ cluster, day, stored, expiresAtSeconds: 4_000_000_000 })
    expect((await read(sweep)).held).toEqual([{ registry: 'harbor.example.com', bytes: 12, weekAgoBytes: 20 }])
    await show(sweep, 'Repository', 'whole', { type: 'Synced', status: 'False', reason: 'Timeout' })

    expect(
      await schemaProblem('status/status.schema.json', JSON.parse(JSON.stringify(await read(sweep)))),
    ).toBeUndefined()
  })
})

describe('the screen of shelflife status', () => {
  const red = Array.from({ length: 10 }, (_, at) => ({
    what: `cluster eu-${at}`,
    message: 'does not answer within 30 s\u001b[2J, so that nothing which it may pull is deleted',
  }))
  const status: InstallationStatus = {
    version: 1,
    now: '2026-01-01T00:00:00Z',
    sweeps: { paused: true, changedAt: '2026-01-01T00:00:00Z' },
    policies: { inForce: 3, stopped: [] },
    running: [],
    waiting: [],
    red,
    held: [
      { registry: 'harbor.example.com', bytes: 12_000_000_000, weekAgoBytes: 15_000_000_000 },
      { registry: 'new.example.com', bytes: 1_000 },
    ],
    next: [],
  }

  it.each([40, 80, 200])(
    'fits %i columns, names the first of many, and lets nothing move the cursor (B27)',
    columns => {
      const text = [...printStatus(status, { columns, colours: false })].join('')

      expect(text.split('\n').filter(line => line.length > columns && line.trim().includes(' '))).toEqual([])
      expect(text).toContain('and 2 more; see -o json')
      expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
      expect(text).toContain('s?[2J')
    },
  )

  it('tells what registries hold, and how that was a week ago', () => {
    const text = [...printStatus(status, { columns: 200, colours: false })].join('')

    expect(text).toMatch(
      /bytes +harbor\.example\.com: 12\.0 GB held, 3\.0 GB less than a week ago\n +new\.example\.com: 1\.0 kB held\n/,
    )
  })

  it('is coloured on a terminal alone', () => {
    expect([...printStatus(status, { columns: 80, colours: true })].join('')).toContain('\u001b[31mred')
    expect([...printStatus(status, { columns: Number.POSITIVE_INFINITY, colours: false })].join('')).not.toContain(
      '\u001b',
    )
  })
})

describe('a watch', () => {
  it('shows what is new until it is ended, and goes on where something does not answer', async () => {
    const ended = new AbortController()
    const answers = [
      async () => 'one',
      async () => Promise.reject(new UnavailableError('no answer', { kind: 'network' })),
      async () => 'three',
    ]
    const shown: string[] = []

    await watch({
      read: async () => (await answers[shown.length]?.()) ?? '',
      show: async text => {
        shown.push(text)
        if (shown.length === answers.length) ended.abort()
      },
      everyMs: 1,
      signal: ended.signal,
    })

    expect(shown).toEqual(['one', 'no answer\n', 'three'])
  })

  it('ends with what is a bug', async () => {
    const read = async () => Promise.reject(new TypeError('a bug'))

    const ended = watch({ read, show: async () => undefined, everyMs: 1, signal: new AbortController().signal })

    await expect(ended).rejects.toThrow('a bug')
  })
})
