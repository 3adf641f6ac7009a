import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf } from '../../shared/domain/retention/retention-world.ts'
import { imageJson, imagesJson, planFolder, policyYaml, usageJson, workloadJson } from './plan-run.ts'

const images = [imageJson('v1.0.0'), imageJson('v1.0.1'), imageJson('v1.0.2')]
const always = '--now 2026-11-23T00:00:00Z'

let folder: Awaited<ReturnType<typeof planFolder>>

beforeAll(async () => {
  folder = await planFolder({
    'policy.yaml': policyYaml,
    'policy.json': JSON.stringify({ spec: { keepRecent: 1, maxDeletionsPerRun: 1 } }),
    'images.json': imagesJson(...images),
    'pretty.json': `\n${JSON.stringify({ images }, null, 2)}\n`,
    'images.ndjson': images.map(image => JSON.stringify(image)).join('\n'),
    'none.json': '{ "images" : [ ] }',
    'usage.json': usageJson(workloadJson('registry.example.com/app:v1.0.0')),
    'incomplete.json': JSON.stringify({ complete: false, workloads: [] }),
  })
})

afterAll(() => folder.remove())

describe('shelflife plan', () => {
  it('says what stays, what goes and why, in JSON as its schema describes', async () => {
    const schema = JSON.parse(await readFile(new URL('../../../cli/plan/plan.schema.json', import.meta.url), 'utf8'))

    const { code, stdout, stderr } = await folder.run(
      `--policy policy.yaml --images images.json --usage usage.json -o json ${always}`,
    )

    const plan = JSON.parse(stdout)
    const ajv = new Ajv2020({ strict: true, allErrors: true })
    formats.default(ajv)
    expect(ajv.validate(schema, plan), ajv.errorsText()).toBe(true)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(plan).toMatchObject({ version: 1, now: '2026-11-23T00:00:00Z', policy: 'production/auto-cleanup' })
    expect(plan.usage).toBe('complete')
    expect(plan.decisions.map((one: { tags: string[]; rule: string }) => [one.tags[0], one.rule])).toEqual([
      ['v1.0.0', 'in-use'],
      ['v1.0.1', 'none'],
      ['v1.0.2', 'keepRecent'],
    ])
    expect(plan.decisions[0].protectedBy).toEqual(['Deployment production/myapp in cluster eu-1'])
    expect(plan.limits).toEqual({ maxDeletionsPerRun: 100, maxDeletionPercent: 100, exceeded: false })
    expect(plan.totals).toEqual({ images: 3, tags: 3, kept: 2, deleted: 1, bytes: 1000 })
  })

  it('prints one decision a line and then the rest as ndjson', async () => {
    const flags = `--policy policy.yaml --images images.json --usage usage.json ${always}`
    const [json, ndjson] = [await folder.run(`${flags} -o json`), await folder.run(`${flags} -o ndjson`)]

    const { decisions, ...rest } = JSON.parse(json.stdout)
    const lines = ndjson.stdout.trimEnd().split('\n')
    expect(lines.map(line => JSON.parse(line))).toEqual([...decisions, rest])
  })

  it('gives the same bytes for a document, one image a line, and standard input', async () => {
    const plans = await Promise.all([
      folder.run(`--policy policy.yaml --images images.json --usage none -o json ${always}`),
      folder.run(`--policy policy.yaml --images pretty.json --usage none -o json ${always}`),
      folder.run(`--policy policy.yaml --images images.ndjson --usage none -o json ${always}`),
      folder.run(`--policy policy.yaml --images - --usage none -o json ${always}`, imagesJson(...images.toReversed())),
    ])

    expect(new Set(plans.map(plan => plan.stdout)).size).toBe(1)
  })

  it('says that usage was not given, and that incomplete usage keeps everything', async () => {
    const none = await folder.run(`--policy policy.yaml --images images.json --usage none ${always}`)
    const incomplete = await folder.run(`--policy policy.yaml --images images.json --usage incomplete.json ${always}`)

    expect(none.stdout).toContain('judged as if nothing ran')
    expect(incomplete.stdout).toContain('usage is incomplete, so everything is kept')
    expect(incomplete.stdout).toContain('3 kept, 0 would be deleted')
  })

  it('24: says what one run leaves to later ones, and still judges', async () => {
    const { code, stdout } = await folder.run(`--policy policy.json --images images.json --usage none ${always}`)

    expect(code).toBe(0)
    expect(stdout).toContain('1 image waits for later runs, as maxDeletionsPerRun is 1')
  })

  it('prints a plain table without progress into a pipe', async () => {
    const { stdout, stderr } = await folder.run(
      `--policy policy.yaml --images images.json --usage none ${always}`,
      '',
      { FORCE_COLOR: '1' },
    )

    expect(stderr).toBe('')
    expect(stdout).not.toContain('\u001b')
    expect(stdout).toMatch(new RegExp(`keep +v1\\.0\\.2 +${digestOf('v1.0.2')} .* kept by keepRecent: among`))
  })

  it('judges an empty listing', async () => {
    const { code, stdout } = await folder.run(`--policy policy.yaml --images none.json --usage none -o json ${always}`)

    expect(code).toBe(0)
    expect(JSON.parse(stdout).totals).toEqual({ images: 0, tags: 0, kept: 0, deleted: 0, bytes: 0 })
  })

  it('needs to be told of the usage, so that nobody forgets it', async () => {
    const { code, stdout, stderr } = await folder.run(`--policy policy.yaml --images images.json`)

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('--usage')
  })
})

describe('shelflife plan for pipelines', () => {
  const files = '--images images.json --usage usage.json'

  it('exits with 10 where something would be deleted, 11 where it waits for approval, and 0 where all is kept', async () => {
    const many = Array.from({ length: 40 }, (_, at) => imageJson(`v2.0.${at}`))
    const own = await planFolder({
      'policy.yaml': policyYaml,
      'careful.yaml': policyYaml.replace(
        'maxDeletionPercent: 100',
        'maxDeletionPercent: 10\n  targets: [RegistryArtifact]',
      ),
      'keeping.yaml': policyYaml.replace('keepRecent: 1', 'keepRecent: 100'),
      'images.json': imagesJson(...many),
      'usage.json': usageJson(),
    })
    try {
      const codeOf = async (flags: string) => (await own.run(`${flags} ${files} ${always}`)).code

      expect(await codeOf('--policy policy.yaml --exit-code')).toBe(10)
      expect(await codeOf('--policy careful.yaml --exit-code')).toBe(11)
      expect(await codeOf('--policy keeping.yaml --exit-code')).toBe(0)
      expect(await codeOf('--policy policy.yaml --against keeping.yaml --exit-code')).toBe(0)
      expect(await codeOf('--policy policy.yaml')).toBe(0)
    } finally {
      await own.remove()
    }
  })

  it('shows only what is deleted or kept, or a row a repository', async () => {
    const textOf = async (flags: string) =>
      (await folder.run(`--policy policy.yaml ${files} ${flags} ${always}`)).stdout

    const [deleted, kept, summary] = [
      await textOf('--only delete'),
      await textOf('--only keep'),
      await textOf('--summary'),
    ]

    expect(deleted.match(/^(keep|delete) /gm)).toEqual(['delete '])
    expect(deleted).toMatch(/^delete {2}v1\.0\.1 .* deleted because not among the newest 1$/m)
    expect(kept.match(/^(keep|delete) /gm)).toEqual(['keep ', 'keep '])
    expect(summary).toMatch(
      /^REPOSITORY +KEEP +DELETE +FREES +NEWEST DELETED +OLDEST KEPT\nregistry.example.com\/app +2 +1 +1.0 kB +v1.0.1 +v1.0.0\n\n3 images with 3 tags: 2 kept, 1 would/,
    )
    expect(deleted).toContain('3 images with 3 tags: 2 kept, 1 would be deleted')
  })

  it('refuses these where there is no table of one policy', async () => {
    const { code, stderr } = await folder.run(`--policy policy.yaml ${files} --summary -o json ${always}`)

    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('expected --only, --summary and --wide for the table'),
    })
  })

  it('writes a report that is what JSON prints, with its sha256', async () => {
    const json = await folder.run(`--policy policy.yaml ${files} -o json ${always}`)
    const { code, stderr } = await folder.run(`--policy policy.yaml ${files} --report report.json -o json ${always}`)
    const unwritable = await folder.run(`--policy policy.yaml ${files} --report no/such/report.json ${always}`)

    expect(code).toBe(0)
    expect(stderr).toBe(`${createHash('sha256').update(json.stdout).digest('hex')}  report.json\n`)
    expect(unwritable).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--report: expected a file that can be written'),
    })
  })
})
