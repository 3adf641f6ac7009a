import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schemaProblem } from '../schema.ts'
import { imageJson, imagesJson, planFolder, policyYaml } from './plan-run.ts'

const images = ['v1.0.0', 'v1.0.1', 'v1.0.2', 'v1.0.3'].map(tag => imageJson(tag))
const files = '--policy policy.yaml --images images.json --usage none --now 2026-11-23T00:00:00Z'

let folder: Awaited<ReturnType<typeof planFolder>>
beforeAll(async () => {
  folder = await planFolder({
    'policy.yaml': policyYaml,
    'looser.yaml': 'spec: {keepRecent: 3, maxDeletionPercent: 100}',
    'other.yaml': 'spec: {keepRecent: 0, keepTags: [v1.0.0], maxDeletionsPerRun: 1}',
    'bad.yaml': 'spec: {}',
    'images.json': imagesJson(...images),
  })
})
afterAll(() => folder.remove())

describe('shelflife plan --against on files', () => {
  it('shows in JSON, as its schema describes, what a changed policy would change', async () => {
    const { code, stdout } = await folder.run(`${files} --against looser.yaml -o json`)

    const comparison = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(await schemaProblem('plan/compare.schema.json', comparison)).toBeUndefined()
    expect(comparison).toMatchObject({
      version: 1,
      policy: 'production/auto-cleanup',
      against: 'looser.yaml',
      usage: 'none',
    })
    expect(comparison.changes.map((one: { tags: string[]; change: string }) => `${one.tags[0]} ${one.change}`)).toEqual(
      ['v1.0.1 deleted-to-kept', 'v1.0.2 deleted-to-kept'],
    )
    expect(comparison.totals).toEqual({
      images: 4,
      keptToDeleted: 0,
      deletedToKept: 2,
      otherTags: 0,
      stillKept: 1,
      stillDeleted: 1,
    })
  })

  it('shows both directions and the limits of both policies to people', async () => {
    const { stdout } = await folder.run(`${files} --against other.yaml`)

    expect(stdout).toMatch(
      /keep → delete +registry\.example\.com\/app:v1\.0\.3 +kept by keepRecent: among the newest 1 releases/,
    )
    expect(stdout).toMatch(
      /delete → keep +registry\.example\.com\/app:v1\.0\.0 +because .* kept by keepTags: matches keepTags v1\.0\.0/,
    )
    expect(stdout).toContain('4 images: 1 kept → deleted, 1 deleted → kept, 0 still kept, 2 still deleted')
    expect(stdout).toContain('under other.yaml: 2 images wait for later runs, as maxDeletionsPerRun is 1')
  })

  it('finds no change between a policy and itself', async () => {
    const { stdout } = await folder.run(`${files} --against policy.yaml -o ndjson`)

    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '').totals).toMatchObject({ keptToDeleted: 0, deletedToKept: 0 })
  })

  it.each([
    ['--policy policy.yaml', 'expected --policy-name for the live state, or --policy, --images and --usage'],
    [`${files} --against bad.yaml`, 'bad.yaml: spec: expected at least one of keepRecent'],
    [`${files} --policy-name a/b`, 'expected --policy-name alone or with --against'],
    ['--policy-name a/b --data nowhere', 'expected a running installation, found no'],
  ])('exits with 2 for %s', async (args, says) => {
    const { code, stdout, stderr } = await folder.run(args)

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(says)
  })
})
