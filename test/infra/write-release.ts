import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import packageJson from '../../package.json' with { type: 'json' }
import { fullConfig } from './full-config.ts'
import { synthesize } from './synthesized.ts'

const folder = new URL(`../fixtures/releases/${packageJson.version}/`, import.meta.url)
const { state, work, pipeline } = synthesize(fullConfig)

mkdirSync(folder, { recursive: true })
for (const [name, template] of Object.entries({ state, work, pipeline }))
  writeFileSync(new URL(`${name}.template.json`, folder), `${JSON.stringify(template.toJSON(), undefined, 1)}\n`)
cpSync('infra/accounts', new URL('accounts/', folder), { recursive: true })
