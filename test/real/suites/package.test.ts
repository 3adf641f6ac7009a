import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildPackage } from '../../../infra/packaging/build-package.ts'
import packageJson from '../../../package.json' with { type: 'json' }
import { allowPlainHttp } from '../../infra/allow-plain-http.ts'
import { callAws } from '../parts/aws-call.ts'
import { type AwsEmulator, startAwsEmulator } from '../parts/aws-emulator.ts'
import { freshFolder, removeFolder } from '../parts/background.ts'
import { projectRoot } from '../parts/cache.ts'
import { bootstrapCdk, deployCdk } from '../parts/cdk.ts'
import { type RunResult, run, runOrThrow } from '../parts/run.ts'
import { functionNames } from './aws-world.ts'

const { devDependencies } = packageJson
const config = { settings: { clusters: [], registries: [{ host: 'harbor.example.com' }] } }
const app = `
import { App } from 'aws-cdk-lib'
import { type ConfigInput, Shelflife } from '@shelflife/shelflife'

const config: ConfigInput = ${JSON.stringify(config)}
const app = new App()
const { state } = new Shelflife(app, 'Images', config)
export const table: string = state.table.tableName
// @ts-expect-error there is no such field
export const wrong: ConfigInput = { ...config, nothing: true }
`

let folder: string
let emulator: AwsEmulator

/** With the Node that runs this, as npm runs what it installs. */
const env = () => ({ PATH: `${dirname(process.execPath)}:${process.env.PATH}`, HOME: process.env.HOME })

const inFolder = (command: string, args: readonly string[], more: Record<string, string> = {}): Promise<string> =>
  runOrThrow(command, args, { cwd: folder, env: { ...env(), ...more }, timeoutMs: 300_000 })

const shelflife = (args: readonly string[], more: Record<string, string> = {}): Promise<RunResult> =>
  run(join(folder, 'node_modules', '.bin', 'shelflife'), args, { cwd: folder, env: { ...env(), ...more } })

async function installPacked(): Promise<void> {
  const built = join(folder, 'built')
  await buildPackage(built)
  const [{ filename }] = JSON.parse(await inFolder('npm', ['pack', '--json', built]))
  writeFileSync(join(folder, 'package.json'), '{ "name": "app", "private": true, "type": "module" }')
  const ofApp = [`aws-cdk-lib@${devDependencies['aws-cdk-lib']}`, `constructs@${devDependencies.constructs}`]
  const quietly = ['--no-audit', '--no-fund', '--prefer-offline']
  await inFolder('npm', ['install', ...quietly, `./${filename}`, ...ofApp])
}

beforeAll(async () => {
  folder = freshFolder('package')
  await installPacked()
  writeFileSync(join(folder, 'app.ts'), app)
}, 400_000)

afterAll(async () => {
  await emulator?.stop()
  removeFolder(folder)
})

it("its types hold for an app that is compiled, and refuse what a configuration hasn't", async () => {
  const tsc = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc')
  const strict = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', '']

  const checked = await run(process.execPath, [tsc, ...strict, 'app.ts'], { cwd: folder, env: env() })

  expect(checked, checked.stdout).toMatchObject({ exitCode: 0 })
})

it('is required by an app of CommonJS modules', async () => {
  const program = "const { Shelflife } = require('@shelflife/shelflife'); console.log(typeof Shelflife)"
  mkdirSync(join(folder, 'common'), { recursive: true })
  writeFileSync(join(folder, 'common', 'app.cjs'), program)

  expect(await inFolder(process.execPath, ['common/app.cjs'])).toBe('function\n')
})

it('is deployed from an app of its own, and its functions run', async () => {
  emulator = await startAwsEmulator()
  const assembly = join(folder, 'cdk.out')
  const account = { CDK_DEFAULT_ACCOUNT: emulator.accountId, CDK_DEFAULT_REGION: emulator.region }
  await inFolder(process.execPath, ['app.ts'], { CDK_OUTDIR: assembly, ...account })
  allowPlainHttp(assembly)
  await bootstrapCdk(emulator)

  await deployCdk(emulator, { app: assembly })
  const functionName = await functionNames(emulator)
  const invoked = await callAws(emulator, 'lambda', 'Invoke', {
    FunctionName: functionName('audit-export'),
    Payload: '{}',
  })
  writeFileSync(join(folder, 'shelflife.json'), JSON.stringify(config))
  const status = await shelflife(['images', '--aws', '--config', 'shelflife.json'], emulator.env)

  expect(invoked).not.toHaveProperty('FunctionError')
  expect(status, status.stderr).toMatchObject({ exitCode: 0 })
}, 400_000)

it('brings the command', async () => {
  const version = await shelflife(['--version'])
  const help = await shelflife(['plan', '--help'])

  expect(version.stdout).toBe(`${packageJson.version}\n`)
  expect(help.stdout).toContain('--policy-name')
})
