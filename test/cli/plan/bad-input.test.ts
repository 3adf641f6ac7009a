import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { badInputs } from './bad-inputs.ts'
import { imageJson, imagesJson, planFolder, policyYaml, usageJson } from './plan-run.ts'

let folders: Awaited<ReturnType<typeof planFolder>>[] = []

beforeAll(async () => {
  const good = { 'policy.yaml': policyYaml, 'images.json': imagesJson(imageJson('v1')), 'usage.json': usageJson() }
  folders = await Promise.all(badInputs.map(({ files }) => planFolder({ ...good, ...files })))
})

afterAll(() => Promise.all(folders.map(folder => folder.remove())))

describe('shelflife plan on bad input', () => {
  it.each(badInputs.map((each, at) => ({ ...each, at })))(
    'names file, place and expectation: $name',
    async ({ says, at }) => {
      const run = await folders[at]?.judge('json')

      expect(run).toMatchObject({ code: 2, stdout: '' })
      expect(run?.stderr).toContain(says)
      expect(run?.stderr).toMatch(/^(policy\.yaml|images\.json|usage\.json): [^\n]*$/)
    },
  )

  it.each([
    [
      '--policy missing.yaml --images images.json --usage none',
      'missing.yaml: expected a file that can be read, got ENOENT',
    ],
    [
      '--policy policy.yaml --images missing.json --usage none',
      'missing.json: expected a file that can be read, got ENOENT',
    ],
    [
      '--policy policy.yaml --images images.json --usage missing.json',
      'missing.json: expected a file that can be read',
    ],
    ['--policy policy.yaml --images . --usage none', '.: expected a file that can be read, got EISDIR'],
    [
      '--policy policy.yaml --images images.json --usage none --now 2026-11-31T00:00:00Z',
      '--now: expected a time such as',
    ],
    ['--policy policy.yaml --images images.json --usage none -o xml', 'json, ndjson, table'],
  ])('exits with 2 for %s', async (args, says) => {
    const run = await folders[0]?.run(args)

    expect(run).toMatchObject({ code: 2, stdout: '' })
    expect(run?.stderr).toContain(says)
  })
})
