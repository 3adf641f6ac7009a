import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import packageJson from '../../package.json' with { type: 'json' }
import { run } from '../real/parts/run.ts'
import { waitUntil } from '../real/parts/wait-until.ts'
import { testFolder } from './embedded/aws/embedded-aws.ts'

const launcher = join(import.meta.dirname, '../../cli/shelflife.js')
const shelflife = (...args: readonly string[]) => run(process.execPath, [launcher, ...args])

describe('shelflife', () => {
  it('is linked among the commands of what is installed', async () => {
    const modules = dirname(dirname(createRequire(import.meta.url).resolve('vitest/package.json')))

    const { stdout, exitCode } = await run(join(modules, '.bin', 'shelflife'), ['--version'])

    expect({ stdout, exitCode }).toEqual({ stdout: `${packageJson.version}\n`, exitCode: 0 })
  })

  it('exits with 2 after a mistake, and says in one line what it expected and what is nearest', async () => {
    expect(await shelflife('plam')).toEqual({
      stdout: '',
      stderr: 'shelflife: expected a command, got "plam"; the nearest is plan; see shelflife --help\n',
      exitCode: 2,
    })
  })

  it('shows its help and exits with 2 where no command was given, with 0 where it was asked to', async () => {
    const [none, asked] = await Promise.all([shelflife(), shelflife('--help')])

    expect([none.exitCode, asked.exitCode]).toEqual([2, 0])
    expect(none.stderr).toBe(asked.stdout)
  })
})

/** The launcher in a folder of its own; `node_modules` is what was installed there. */
async function installedWith(nodeModules: { commander?: boolean; node?: string }) {
  const folder = await testFolder()
  mkdirSync(join(folder, 'cli'))
  for (const file of ['shelflife.js', 'node-flags.js']) cpSync(join(dirname(launcher), file), join(folder, 'cli', file))
  writeFileSync(join(folder, 'cli/package.json'), '{"type":"module"}')
  if (nodeModules.commander) mkdirSync(join(folder, 'node_modules/commander'), { recursive: true })
  if (nodeModules.node !== undefined) {
    const file = join(folder, 'node_modules/node/bin/node')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, nodeModules.node)
    chmodSync(file, 0o755)
  }
  return { folder, script: join(folder, 'cli/shelflife.js') }
}

/** Node as it was in version 20, as far as the launcher can tell. */
const node20 = async () => {
  const file = join(await testFolder(), 'node20.mjs')
  writeFileSync(
    file,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })
Object.defineProperty(process, 'version', { value: 'v20.20.2' })
delete process.execve\n`,
  )
  return ['--import', pathToFileURL(file).href]
}

type Version = readonly [number, number, number]

const versionOf = (text: string): Version => {
  const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number)
  return [major, minor, patch]
}

const isAtLeast = (version: Version, least: Version): boolean => {
  const at = version.findIndex((number, place) => number !== least[place])
  return at < 0 || (version[at] ?? 0) > (least[at] ?? 0)
}

/** Ranges as packages write those of Node: `^20.19.0 || >=22.12.0`, `20`, `*`. */
const allows = (range: string, version: Version): boolean =>
  range.split('||').some(part => {
    const [, sign = '', least = '0'] = /^(>=|\^|)\s*([\d.]+|\*)$/.exec(part.trim()) ?? ['', 'unread']
    if (least === '*') return true
    return isAtLeast(version, versionOf(least)) && (sign === '>=' || version[0] === versionOf(least)[0])
  })

describe('the Node to install with', () => {
  const { node } = packageJson.engines
  const lock = z
    .object({
      packages: z.record(
        z.string(),
        z.object({
          optional: z.boolean().optional(),
          engines: z.union([z.object({ node: z.string().optional() }), z.array(z.string())]).optional(),
        }),
      ),
    })
    .parse(JSON.parse(readFileSync(join(import.meta.dirname, '../../package-lock.json'), 'utf8')))
  const ranges = Object.entries(lock.packages).flatMap(([name, { optional, engines }]) =>
    optional || !engines || Array.isArray(engines) || engines.node === undefined ? [] : [{ name, range: engines.node }],
  )

  it.each(node.match(/[\d.]+/g) ?? [])('%s is enough for every package, so that npm ci warns of none', version => {
    const wrong = ranges.filter(({ range }) => !allows(range, versionOf(version)))

    expect(ranges.length).toBeGreaterThan(100)
    expect(wrong).toEqual([])
  })

  it('stands in the README as package.json has it', () => {
    const [first, second, third] = [...node.matchAll(/(\d+)\.(\d+)/g)].map(([, major, minor]) =>
      minor === '0' ? major : `${major}.${minor}`,
    )

    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

    expect(readme).toContain(`Node ${first} or ${second}, or ${third} and later, to install with`)
  })
})

describe('the launcher', () => {
  it('says in one line that nothing is installed', async () => {
    const { folder, script } = await installedWith({})

    expect(await run(process.execPath, [script, 'start'])).toEqual({
      stdout: '',
      stderr: `shelflife: expected installed dependencies in ${folder}, found none; run npm ci there first\n`,
      exitCode: 1,
    })
  })

  it('says in one line which Node it expects where there is only an older one', async () => {
    const { folder, script } = await installedWith({ commander: true })

    expect(await run(process.execPath, [...(await node20()), script, 'start'])).toEqual({
      stdout: '',
      stderr: `shelflife: expected Node 22.18 or later, got v20.20.2; npm ci in ${folder} installs one beside, unless scripts are ignored\n`,
      exitCode: 1,
    })
  })

  it.each(['this Node', 'Node 20'])(
    '%s hands over to the Node that is installed beside, and ends as that one does',
    async by => {
      const { script } = await installedWith({ commander: true, node: '#!/bin/sh\nshift 2\necho "$# $*"\nexit 7\n' })
      const flags = by === 'Node 20' ? await node20() : []

      const ended = await run(process.execPath, [...flags, script, 'plan', '-o', 'a b'])

      expect(ended).toEqual({ stdout: '3 plan -o a b\n', stderr: '', exitCode: 7 })
    },
  )

  it('keeps heap and allocator of start small, and gives plan a large young generation', async () => {
    const { script } = await installedWith({ commander: true, node: '#!/bin/sh\necho "$MALLOC_ARENA_MAX $*"\n' })

    const [start, plan] = await Promise.all(['start', 'plan'].map(name => run(process.execPath, [script, name])))

    const main = join(dirname(script), 'shelflife.ts')
    expect(start?.stdout).toBe(
      `2 --max-semi-space-size=8 --initial-old-space-size=64 --heap-growing-percent=30 ${main} start\n`,
    )
    expect(plan?.stdout).toBe(` --max-semi-space-size=16 ${main} plan\n`)
  })

  it.each(['this Node', 'Node 20'])('%s leaves no process behind when it is told to stop', async by => {
    const { folder, script } = await installedWith({
      commander: true,
      node: '#!/bin/sh\ntrap "echo stopped >> log; exit 3" TERM\necho ready >> log\nwhile :; do sleep 0.05; done\n',
    })
    const log = join(folder, 'log')
    const flags = by === 'Node 20' ? await node20() : []
    const child = spawn(process.execPath, [...flags, script], { cwd: folder, stdio: 'ignore' })
    const exited = once(child, 'exit')
    await waitUntil(() => logged(log).includes('ready'), { what: 'the program to run' })

    child.kill('SIGTERM')

    expect(await exited).toEqual([3, null])
    expect(logged(log)).toBe('ready\nstopped\n')
  })
})

const logged = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
