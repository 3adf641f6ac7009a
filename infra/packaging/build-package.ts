import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import packageJson from '../../package.json' with { type: 'json' }
import { bundleCommand, commandFile } from './bundle-command.ts'
import { bundleConstruct, ofTheApp } from './bundle-construct.ts'
import { bundleFunctions } from './bundle-functions.ts'
import { writeTypes } from './package-types.ts'
import { projectRoot } from './project-root.ts'
import { noticesOf, packagesIn } from './third-party.ts'

const { dependencies, devDependencies, engines, version, license, description } = packageJson

/** Until it is published, `private` keeps npm from doing so by mistake. */
const manifest = {
  name: '@shelflife/shelflife',
  version,
  description,
  license,
  private: true,
  type: 'module',
  engines,
  bin: { shelflife: commandFile },
  exports: {
    '.': { types: './types/infra/shelflife.d.ts', default: './index.js' },
    './package.json': './package.json',
  },
  // The types of the configuration name its types.
  dependencies: { zod: dependencies.zod },
  peerDependencies: Object.fromEntries(
    ofTheApp.map(name => [name, `^${new Map(Object.entries(devDependencies)).get(name)}`]),
  ),
  // Whoever wants the command alone needs no CDK.
  peerDependenciesMeta: Object.fromEntries(ofTheApp.map(name => [name, { optional: true }])),
}

/** Writes the package into a folder, as npm packs it. */
export async function buildPackage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const metafiles = [
    await bundleConstruct(join(folder, 'index.js')),
    ...(await bundleCommand(folder)),
    ...(await bundleFunctions(join(folder, 'functions'))),
  ]
  chmodSync(join(folder, commandFile), 0o755)
  writeTypes('infra/shelflife.ts', join(folder, 'types'))
  cpSync(join(projectRoot, 'infra', 'cluster'), join(folder, 'cluster'), { recursive: true })
  for (const file of ['LICENSE', 'CHANGELOG.md']) cpSync(join(projectRoot, file), join(folder, file))
  cpSync(join(projectRoot, 'infra', 'packaging', 'package-readme.md'), join(folder, 'README.md'))
  writeFileSync(join(folder, 'THIRD-PARTY-NOTICES.txt'), noticesOf(packagesIn(metafiles)))
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
}
