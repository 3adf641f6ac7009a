import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../../shared/errors.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'
import { createSweepFixture } from '../../support/sweep-fixture.ts'
import { schemaProblem } from '../schema.ts'
import { runLive } from './live-run.ts'

let world: Loopback
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live-compare-'))
  world = await startLoopback()
})
afterAll(async () => {
  await world.close()
  await rm(folder, { recursive: true })
})

const fileOf = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

describe('shelflife plan --policy-name --against', () => {
  it('shows what a changed policy would change, judged under the same name', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy({ keepRecent: 2 })
    sweep.trackWhole()
    for (const tag of ['v1', 'v2', 'v3']) await sweep.release(tag)
    const file = await fileOf(
      'changed.yaml',
      'spec: {keepRecent: 1, keepTags: [v1], gracePeriod: 1m, maxDeletionPercent: 100, targets: [RegistryArtifact]}',
    )

    const comparison = JSON.parse((await runLive(world, sweep, { output: 'json', against: file })).stdout)
    const lines = (await runLive(world, sweep, { output: 'ndjson', against: file })).stdout.trimEnd().split('\n')
    const { stdout: table } = await runLive(world, sweep, { output: 'table', against: file, columns: 100 })

    expect(await schemaProblem('plan/compare.schema.json', comparison)).toBeUndefined()
    expect(
      comparison.changes.map((one: { tags: string[]; change: string }) => [one.tags[0], one.change]).sort(),
    ).toEqual([
      ['v1', 'deleted-to-kept'],
      ['v2', 'kept-to-deleted'],
    ])
    expect(comparison.totals).toMatchObject({ images: 3, keptToDeleted: 1, deletedToKept: 1, stillKept: 1 })
    expect(lines).toHaveLength(3)
    expect(table).toContain('keep → delete')
    const rows = stripVTControlCharacters(table)
      .split('\n')
      .filter(line => /^(CHANGE|keep|delete)/.test(line))
    expect(rows).toHaveLength(3)
    expect(rows.filter(row => row.length > 100)).toEqual([])
  })

  it('tells of images that only one of the two covers', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy()
    sweep.trackWhole()
    for (const tag of ['v1', 'v2']) await sweep.release(tag)
    const file = await fileOf('elsewhere.yaml', 'spec: {keepRecent: 1, namespaces: [elsewhere]}')

    const comparison = JSON.parse((await runLive(world, sweep, { output: 'json', against: file })).stdout)

    expect(await schemaProblem('plan/compare.schema.json', comparison)).toBeUndefined()
    expect(comparison.changes).toMatchObject([
      { tags: ['v1'], change: 'deleted-to-kept', after: { rule: 'not-covered' } },
    ])
  })

  it('refuses a changed policy that cannot be read before anything is printed', async () => {
    const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
    sweep.policy()
    const file = await fileOf('broken.yaml', 'spec: {keepRecent: -1}')

    await expect(runLive(world, sweep, { output: 'json', against: file })).rejects.toThrow(InvalidInputError)
  })
})
