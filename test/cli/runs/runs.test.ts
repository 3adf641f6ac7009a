import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listRuns, type ShownRun } from '../../../cli/runs/list-runs.ts'
import { printRuns, runsJson } from '../../../cli/runs/print-runs.ts'
import type { PolicyRecord } from '../../../shared/domain/records/policies.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { findRun, parseRunName } from '../../../shared/restore/find-run.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { recordedCalls } from '../../support/recorded-calls.ts'
import { createSweepFixture, policySpec, type SweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf } from '../memory-installation.ts'
import { schemaProblem } from '../schema.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

/** v1 was deleted by a run, v2 is there. */
async function swept(spec: object = {}): Promise<SweepFixture> {
  const sweep = createSweepFixture(world)
  sweep.policy(spec)
  sweep.trackWhole()
  for (const tag of ['v1', 'v2']) await sweep.release(tag)
  await sweep.sweep()
  return sweep
}

const pipe = { columns: Number.POSITIVE_INFINITY, colours: false }
const textOf = (runs: readonly ShownRun[], columns: number, colours = false): string =>
  [...printRuns({ runs, forgotten: [] }, { columns, colours })].join('')

describe('shelflife runs', () => {
  it('tells of each run what it did and how it is undone, by a name that restore finds', async () => {
    const sweep = await swept()
    const installation = installationOf(world, sweep)

    const { runs } = await listRuns({}, installation)
    const undone = runs[0]?.undo?.split(' --run ')[1] ?? ''
    const targets = await findRun(parseRunName(undone, [sweep.cluster.name]), world.store, sweep.now())

    expect(runs).toHaveLength(1)
    expect(runs[0]).toMatchObject({ trigger: 'Manual', result: 'Success', marked: 1, failed: 0, dryRun: false })
    expect(runs[0]?.deleted).toBeGreaterThan(0)
    expect(runs[0]?.undo).toMatch(/ restore --run /)
    expect(targets.map(({ repository }) => repository)).toEqual([sweep.repository])
  })

  it('tells the newest first, and no way to undo what deleted nothing', async () => {
    const sweep = await swept()
    sweep.cluster.change('ImageCleanupPolicy', 'cleanup', { spec: { ...policySpec, dryRun: true } })
    await sweep.release('v3')
    sweep.rerun('2')
    await sweep.sweep()

    const { runs } = await listRuns({}, installationOf(world, sweep))

    expect(runs.map(({ dryRun }) => dryRun)).toEqual([true, false])
    expect(runs[0]?.undo).toBeUndefined()
    expect(textOf(runs, 200)).toMatch(/dry run, done: /)
  })

  it('is narrowed by policy, namespace and time', async () => {
    const sweep = await swept()
    const installation = installationOf(world, sweep)
    const amount = async (asked: Parameters<typeof listRuns>[0]) => (await listRuns(asked, installation)).runs.length

    expect(await amount({ policy: 'team/cleanup', namespace: 'team' })).toBe(1)
    expect(await amount({ namespace: 'others' })).toBe(0)
    expect(await amount({ since: sweep.now() })).toBe(0)
    await expect(amount({ policy: 'team/never' })).rejects.toThrow(InvalidInputError)
    await expect(amount({ policy: 'team/never' })).rejects.toThrow(/known are eu-own-.*\/team\/cleanup/)
  })

  it('says where runs are not kept one by one any more', async () => {
    const sweep = await swept({ historyLimit: 1 })
    await sweep.release('v3')
    sweep.rerun('2')
    await sweep.sweep()

    const shown = await listRuns({}, installationOf(world, sweep))
    const recent = await listRuns({ since: sweep.now() }, installationOf(world, sweep))

    expect(shown.runs).toHaveLength(1)
    expect([...printRuns(shown, pipe)].at(-1)).toMatch(
      /deleted more in runs before .* history --action deleted --policy/,
    )
    expect(recent.forgotten).toEqual([])
  })

  it('reads the policies of a cluster by one query, and nothing of the cluster', async () => {
    const sweep = await swept()
    const { store, settings } = installationOf(world, sweep)
    const { recorded: counted, calls: reads } = recordedCalls(store)

    await listRuns({}, { store: counted, settings })

    expect(reads).toEqual(['listPolicies'])
  })

  it('tells what a run archived, and how that is undone', async () => {
    const sweep = await swept()
    const { id } = (await world.store.listPolicies(sweep.cluster.name))[0] as PolicyRecord
    const record = await world.store.findPolicy(id)
    const runs = record?.runs.map(run => ({ ...run, deleted: 0, archived: 3 })) ?? []
    await world.store.savePolicy({ ...(record as PolicyRecord), runs }, record)

    const shown = await listRuns({}, installationOf(world, sweep))

    expect(shown.runs[0]).toMatchObject({ deleted: 0, archived: 3, undo: expect.stringContaining('restore --run') })
    expect(textOf(shown.runs, 200)).toContain('3 archived')
    const document = JSON.parse(runsJson({ version: 1, now: '2026-01-01T00:00:00Z' }, shown))
    expect(await schemaProblem('runs/runs.schema.json', document)).toBeUndefined()
  })

  it('is JSON as its schema describes', async () => {
    const shown = await listRuns({}, installationOf(world, await swept()))

    const document = JSON.parse(runsJson({ version: 1, now: '2026-01-01T00:00:00Z', namespace: 'team' }, shown))

    expect(await schemaProblem('runs/runs.schema.json', document)).toBeUndefined()
    expect(document.runs).toEqual(shown.runs)
  })
})

describe('the table of runs', () => {
  const run: ShownRun = {
    run: 'eu-1/production/auto-cleanup/manual-334',
    policy: 'eu-1/production/auto-cleanup',
    trigger: 'Scheduled',
    result: 'PartialFailure',
    dryRun: false,
    startedAt: '2026-11-23T02:00:00Z',
    marked: 1600,
    deleted: 1530,
    failed: 69,
    freedBytes: 12e9,
    message: '1530 deleted, 69 failed: the registry answered 503 for harbor.example.com/myapp/myapp:v1.0.0',
    undo: 'shelflife restore --run eu-1/production/auto-cleanup/manual-334',
  }

  it.each([40, 80, 200])(
    'at %i columns tells all of each run, and no line is wider but for what is one word',
    columns => {
      const lines = textOf([run, run], columns).trimEnd().split('\n')

      const wider = lines.filter(line => line.length > columns && line.trim().includes(' '))
      expect(wider).toEqual([])
      expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain(run.undo)
      expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain(`done in part: ${run.message}`)
    },
  )

  it('is one line a run in a pipe, without colours', () => {
    const lines = textOf([run, run], Number.POSITIVE_INFINITY).trimEnd().split('\n')

    expect(lines).toHaveLength(3)
    expect(lines[1]?.split(/ {2,}/)).toEqual([
      run.startedAt,
      run.policy,
      '1600',
      '1530',
      '69',
      '12.0 GB',
      `done in part: ${run.message}`,
      run.undo,
    ])
  })

  it('B27 lets no message move the cursor, and colours what failed', () => {
    const text = textOf([{ ...run, message: 'a\u001b[2Jb\nc' }], 200, true)

    expect(text).toContain('\u001b[31m2026-11-23T02:00:00Z')
    expect(stripVTControlCharacters(text)).toContain('a?[2Jb?c')
  })

  it('says so where there is none', () => {
    expect(textOf([], 80)).toBe('no run is known\n')
  })
})
