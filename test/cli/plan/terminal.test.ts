import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Progress } from '../../../cli/io/progress.ts'
import { imageJson, imagesJson, planFolder, policyYaml, usageJson, workloadJson } from './plan-run.ts'

let folder: Awaited<ReturnType<typeof planFolder>>

beforeAll(async () => {
  const many = Array.from({ length: 40 }, (_, at) => imageJson(`v1.0.${at}`))
  const named = imageJson('a-tag-with-a-very-long-name-that-goes-on-and-on-and-on-and-on')
  folder = await planFolder({
    'policy.yaml': policyYaml,
    'images.json': imagesJson(...many, named),
    'usage.json': usageJson({ ...workloadJson('registry.example.com/app:v1.0.3'), name: 'my\u001b[31mapp\n' }),
  })
})

afterAll(() => folder.remove())

const uncoloured = stripVTControlCharacters

describe('a plan on a terminal', () => {
  it.each([40, 58, 80, 120])('fits a table into %i columns', async columns => {
    const { stdout } = await folder.judge('table', { columns })

    const rows = uncoloured(stdout)
      .split('\n')
      .filter(line => /^(keep|delete) /.test(line))
    expect(rows).toHaveLength(41)
    expect(rows.filter(row => row.length > columns)).toEqual([])
  })

  it('colours verdicts, and not where NO_COLOR says so', async () => {
    const coloured = await folder.judge('table', { columns: 80 })
    const plain = await folder.judge('table', { columns: 80, NO_COLOR: '1' })

    expect(coloured.stdout).toContain('\u001b[31mdelete')
    expect(plain.stdout).not.toContain('\u001b')
    expect(plain.stdout).toBe(uncoloured(coloured.stdout))
  })

  it('B27 lets no name of a workload move the cursor', async () => {
    const { stdout } = await folder.judge('table', { columns: 200, NO_COLOR: '1' })

    expect(stdout).toContain('used by Deployment production/my?[31mapp? in cluster eu-1')
  })

  it('shows progress of long work on a terminal only, and wipes it', () => {
    const written = { terminal: '', pipe: '' }
    const terminal = new Progress({ isTTY: true, write: text => (written.terminal += text) })
    const pipe = new Progress({ write: text => (written.pipe += text) })

    for (const progress of [terminal, pipe]) {
      for (let images = 1; images <= 10_000; images++) progress.report('reading', images)
      progress.end()
    }

    expect(written.terminal).toBe('\r\u001b[Kreading: 4096 images\r\u001b[Kreading: 8192 images\r\u001b[K')
    expect(written.pipe).toBe('')
  })
})
