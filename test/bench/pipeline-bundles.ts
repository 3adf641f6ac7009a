import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { bundleOf } from '../../infra/bundle.ts'
import { bundleFile } from '../../shared/bundle-names.ts'
import { environmentNames, type FunctionName, functions } from '../../shared/wiring.ts'
import { bundlePartsOf, sizeOf } from '../support/bundle-parts.ts'

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

/** Answers the file that is started, in a folder of its own, and how many bytes are read as it starts, and of all. */
export async function buildBundle(folder: string, name: FunctionName) {
  const outdir = join(folder, name)
  const { metafile } = await build({ ...bundleOf(name, outdir), metafile: true })
  const { started, late } = bundlePartsOf(metafile)
  return { file: join(outdir, bundleFile), startedBytes: sizeOf(started), lateBytes: sizeOf(late) }
}

async function benchBundle(folder: string, name: FunctionName): Promise<string> {
  const { file, startedBytes, lateBytes } = await buildBundle(folder, name)
  const bare = Object.fromEntries(Object.values(environmentNames).map(variable => [variable, 'bench']))
  const env = { ...bare, [environmentNames.settingsFile]: join(folder, 'settings.json'), AWS_REGION: 'eu-west-1' }
  const url = pathToFileURL(file).href
  const importMs = execFileSync(process.execPath, ['--input-type=module', '-e', measure, url], {
    env,
    encoding: 'utf8',
  })
  return `bundle of ${name}: ${kib(startedBytes)} KiB, imported in ${Math.round(Number(importMs))} ms; ${kib(lateBytes)} KiB are imported where they are needed`
}

const kib = (bytes: number): number => Math.round(bytes / 1024)
