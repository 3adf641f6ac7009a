import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { bundleShape, entryOf } from '../../infra/bundle.ts'
import { environmentNames, type FunctionName, functions } from '../../shared/wiring.ts'

const measure =
  'const from=performance.now();await import(process.argv[1]);process.stdout.write(String(performance.now()-from));process.exit()'

/** Bundles every function as the deploy does, and imports each bundle in a fresh process. */
export async function benchBundles(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'shelflife-bench-'))
  writeFileSync(join(folder, 'settings.json'), '{}')
  try {
    const lines: string[] = []
    for (const name of Object.keys(functions) as FunctionName[]) lines.push(await benchBundle(folder, name))
    return lines
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Answers the file. */
export async function buildBundle(folder: string, name: FunctionName): Promise<string> {
  const outfile = join(folder, `${name}.mjs`)
  await build({ ...bundleShape, entryPoints: [entryOf(name)], outfile })
  return outfile
}

async function benchBundle(folder: string, name: FunctionName): Promise<string> {
  const outfile = await buildBundle(folder, name)
  const bare = Object.fromEntries(Object.values(environmentNames).map(variable => [variable, 'bench']))
  const env = { ...bare, [environmentNames.settingsFile]: join(folder, 'settings.json'), AWS_REGION: 'eu-west-1' }
  const url = pathToFileURL(outfile).href
  const importMs = execFileSync(process.execPath, ['--input-type=module', '-e', measure, url], {
    env,
    encoding: 'utf8',
  })
  const kib = Math.round(statSync(outfile).size / 1024)
  return `bundle of ${name}: ${kib} KiB, imported in ${Math.round(Number(importMs))} ms`
}
