import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleCommand, commandFile } from '../../../infra/packaging/bundle-command.ts'
import { noticesOf, packagesIn } from '../../../infra/packaging/third-party.ts'
import packageJson from '../../../package.json' with { type: 'json' }
import { freshFolder, testFolder } from '../../cli/embedded/aws/embedded-aws.ts'
import { run } from '../../real/parts/run.ts'
import { waitUntil } from '../../real/parts/wait-until.ts'

const clone = join(import.meta.dirname, '..', '..', '..')
let folder: string
let bundled: string
let notices: string

beforeAll(async () => {
  folder = await freshFolder()
  notices = noticesOf(packagesIn(await bundleCommand(folder)))
  bundled = join(folder, commandFile)
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Nothing of a clone and nothing installed is near it. */
const inEmptyFolder = async (script: string, ...args: readonly string[]) =>
  run(process.execPath, [script, ...args], { cwd: await testFolder() })

/** Large enough that a second thread reads half of it. */
const image = (at: number): string =>
  JSON.stringify({
    repository: 'team/app',
    digest: `sha256:${at.toString(16).padStart(64, '0')}`,
    tags: [`v1.${at}.0`],
    pushedAt: new Date(1_700_000_000_000 + at * 60_000).toISOString(),
    sizeBytes: 1000,
  })

describe('the command as one file', () => {
  it('says its version and exits as that of a clone', async () => {
    const [version, mistake] = [await inEmptyFolder(bundled, '--version'), await inEmptyFolder(bundled, 'plam')]

    expect(version).toMatchObject({ stdout: `${packageJson.version}\n`, exitCode: 0 })
    expect(mistake).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('the nearest is plan') })
  })

  it('plans as that of a clone, in two threads', async () => {
    const folder = await testFolder()
    const [policy, images] = [join(folder, 'policy.yaml'), join(folder, 'images.jsonl')]
    cpSync(join(clone, 'infra/cluster/samples/policy.yaml'), policy)
    writeFileSync(images, Array.from({ length: 200_000 }, (_, at) => `${image(at)}\n`).join(''))
    const words = [
      'plan',
      '--policy',
      policy,
      '--images',
      images,
      '--usage',
      'none',
      '--summary',
      '--now',
      '2026-01-01T00:00:00Z',
    ]

    const expected = await inEmptyFolder(join(clone, 'cli/shelflife.ts'), ...words)
    const planned = await inEmptyFolder(bundled, ...words)

    expect(expected.stdout.length, expected.stderr).toBeGreaterThan(300)
    expect(planned.stdout === expected.stdout, planned.stderr).toBe(true)
  }, 120_000)

  it('starts the whole installation, whose console it brings', async () => {
    const folder = await testFolder()
    const child = spawn(process.execPath, [bundled, 'start', '--port', '0'], { cwd: folder })
    let text = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (text += chunk))
    const exited = once(child, 'exit')
    const address = await waitUntil(() => /console\s+(http:\S+)\/#/.exec(text)?.[1], { what: 'the console' })

    const page = await fetch(`${address}/main.js`)
    child.kill('SIGTERM')

    expect(page.status).toBe(200)
    expect((await page.text()).length).toBeGreaterThan(100_000)
    expect(await exited).toEqual([0, null])
  }, 120_000)

  it('says what is missing where it was copied without its engines', async () => {
    const folder = join(await testFolder(), 'alone')
    mkdirSync(folder)
    cpSync(bundled, join(folder, commandFile))

    const started = await inEmptyFolder(join(folder, commandFile), 'start', '--port', '0')

    expect(started).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('expected the folder prebuilds beside'),
    })
  })

  it('names the licence of each package that is in it', () => {
    const runtime = ['commander', 'zod', 'hono', 'preact', 'dynalite', 'classic-level', '@kubernetes/client-node']

    for (const name of runtime) expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'))
    expect(notices).toContain('The LevelDB Authors')
    // Which the command has no use for, though it reads the configuration.
    expect(notices).not.toMatch(/^(aws-cdk-lib|esbuild) \d/m)
  })

  it('holds no path of the machine that made it', () => {
    expect(readFileSync(bundled, 'utf8')).not.toContain(clone)
  })
})
