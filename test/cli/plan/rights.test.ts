import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { printExplanation } from '../../../cli/explain/print-explanation.ts'
import { explainLive } from '../../../cli/explain/run-explain.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { noLimits } from '../../support/rulebook.ts'
import { createSweepFixture, type SweepFixture } from '../../support/sweep-fixture.ts'
import { installationOf } from '../memory-installation.ts'
import { schemaProblem } from '../schema.ts'
import { runLive } from './live-run.ts'

let world: Loopback
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plan-rights-'))
  world = await startLoopback()
})
afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true })
})

/** Two versions, of which the policy would delete the older. */
async function released(): Promise<SweepFixture> {
  const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
  sweep.policy({ targets: ['RegistryArtifact'] })
  sweep.trackWhole()
  for (const tag of ['v1', 'v2']) await sweep.release(tag)
  return sweep
}

const missing = (sweep: SweepFixture) =>
  `namespace team of cluster eu-1 may not delete in ${sweep.repository}: expected a grant in the settings`
const hourLimit = { limits: { ...noLimits, minGracePeriodMs: 3_600_000 } }
const clamped = 'gracePeriod 1h instead of 1m: least of the installation'

const planOf = async (sweep: SweepFixture, against?: string) => {
  const more = against === undefined ? {} : { against }
  const json = JSON.parse((await runLive(world, sweep, { output: 'json', ...more })).stdout)
  const { stdout: table } = await runLive(world, sweep, { output: 'table', ...more })
  return { json, table }
}

async function explained(sweep: SweepFixture) {
  await sweep.inventories()
  const explanation = await explainLive(`${sweep.repository}:v1`, installationOf(world, sweep), sweep.now())
  const style = { columns: Number.POSITIVE_INFINITY, colours: false }
  expect(await schemaProblem('explain/explain.schema.json', explanation)).toBeUndefined()
  return { explanation, text: [...printExplanation(explanation, style)].join('') }
}

describe('T1 where the namespace of a policy may not delete', () => {
  it('plan keeps the images, and names the setting and the line that would let it', async () => {
    const sweep = await released()
    sweep.deploy({ grantsOf: () => [] })

    const { json, table } = await planOf(sweep)

    expect(await schemaProblem('plan/plan.schema.json', json)).toBeUndefined()
    expect(json.totals.deleted).toBe(0)
    expect(json.sweep.unauthorized).toEqual([
      { repository: sweep.repository, reason: expect.stringContaining(missing(sweep)) },
    ])
    expect(json.decisions.map((one: { reason: string }) => one.reason)).toContainEqual(
      expect.stringContaining(`no rule keeps it, but ${missing(sweep)}`),
    )
    expect(table).toContain(`adds to registries[${world.host}].grants: {"clusters":["eu-1"],"namespaces":["team"]`)
  })

  it('explain says so of an image, and how it would be by itself', async () => {
    const sweep = await released()
    sweep.deploy({ grantsOf: () => [] })

    const { explanation, text } = await explained(sweep)

    expect(explanation.state).toBe('kept')
    expect(explanation.policies[0]).toMatchObject({ verdict: 'keep', alone: { verdict: 'delete' } })
    expect(text).toContain(missing(sweep))
  })

  it('neither says anything of rights where there are some', async () => {
    const sweep = await released()

    const { json } = await planOf(sweep)

    expect(json.sweep).not.toHaveProperty('unauthorized')
    expect(json.sweep).not.toHaveProperty('clamped')
    expect((await explained(sweep)).explanation.policies[0]).not.toHaveProperty('clamped')
  })
})

describe('where the limits of the installation hold in place of those of a policy', () => {
  it('plan says so, and counts with them', async () => {
    const sweep = await released()
    sweep.deploy(hourLimit)

    const { json, table } = await planOf(sweep)

    expect(await schemaProblem('plan/plan.schema.json', json)).toBeUndefined()
    expect(json.sweep).toMatchObject({ gracePeriodSeconds: 3600, clamped: [clamped] })
    expect(table).toContain(clamped)
  })

  it('explain says so', async () => {
    const sweep = await released()
    sweep.deploy(hourLimit)

    const { explanation, text } = await explained(sweep)

    expect(explanation.policies[0]?.clamped).toEqual([clamped])
    expect(text).toContain(clamped)
  })

  it('they hold for a changed policy of a file as well', async () => {
    const sweep = await released()
    sweep.deploy({ limits: { ...noLimits, maxDeletionPercent: 50 } })
    const file = join(folder, 'changed.yaml')
    await writeFile(file, 'spec: {keepRecent: 1, maxDeletionPercent: 90, targets: [RegistryArtifact]}')

    const { json } = await planOf(sweep, file)

    expect(await schemaProblem('plan/compare.schema.json', json)).toBeUndefined()
    expect(json.limits.after).toMatchObject({ maxDeletionPercent: 50 })
  })
})
