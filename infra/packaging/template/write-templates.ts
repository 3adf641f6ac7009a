import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { zipSync } from 'fflate'
import cdkJson from '../../../cdk.json' with { type: 'json' }
import type { Config } from '../../config.ts'
import { addInstallation } from '../../installation.ts'
import { type PlainAsset, plainSynthesizer } from './plain-synthesizer.ts'
import { readmeOf } from './readme.ts'

/**
 * Writes the templates, their assets and what to do with them into a folder. The same configuration gives the same bytes.
 * @param bucket that holds the assets; absent: whoever deploys names it by a parameter
 */
export function writeTemplates(config: Config, folder: string, bucket?: string): void {
  const assembly = mkdtempSync(join(tmpdir(), 'shelflife-templates-'))
  try {
    const { synthesizer, assets } = plainSynthesizer(bucket)
    const app = new App({
      outdir: assembly,
      context: cdkJson.context,
      analyticsReporting: false,
      defaultStackSynthesizer: synthesizer,
    })
    const stacks = addInstallation(app, config)
    app.synth()
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(join(folder, 'assets'), { recursive: true })
    for (const [name, { templateFile }] of Object.entries(stacks))
      cpSync(join(assembly, templateFile), join(folder, `${name}.template.json`))
    for (const asset of assets.values())
      writeFileSync(join(folder, 'assets', basename(asset.key)), bytesOf(asset, assembly))
    const { state, work, pipeline } = stacks
    const names = { state: state.stackName, work: work.stackName, pipeline: pipeline.stackName }
    writeFileSync(join(folder, 'README.md'), readmeOf({ ...names, bucket }))
  } finally {
    rmSync(assembly, { recursive: true, force: true })
  }
}

function bytesOf({ source, isFolder }: PlainAsset, assembly: string): Uint8Array {
  const path = join(assembly, source)
  if (!isFolder) return readFileSync(path)
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  const named = files.map(({ parentPath, name }) => join(parentPath, name).slice(path.length + 1)).sort()
  return zipSync(
    Object.fromEntries(named.map(name => [name, new Uint8Array(readFileSync(join(path, name)))])),
    // The first day that a zip knows.
    { mtime: new Date(1980, 0, 1), os: 3, attrs: 0o644 << 16 },
  )
}
