import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { DeleteBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3'
import type { AwsEmulator } from './aws-emulator.ts'
import { freshFolder, removeFolder } from './background.ts'
import { cached, projectRoot } from './cache.ts'
import { type RunResult, run } from './run.ts'

export interface CdkDeployment {
  /** Synthesises the stacks, for example `node infra/app.ts`; default: what cdk.json says. */
  app?: string
  context?: Record<string, string>
  /** Names or patterns; default: all. */
  stacks?: readonly string[]
  /** One stack without those that it needs. */
  only?: string | undefined
  /** Where cdk runs; default: the project's root. */
  cwd?: string
}

/** The qualifier that `cdk bootstrap` uses unless told otherwise. */
const stagingBucket = ({ accountId, region }: AwsEmulator) => `cdk-hnb659fds-assets-${accountId}-${region}`

async function cdk(emulator: AwsEmulator, args: readonly string[], cwd = projectRoot): Promise<RunResult> {
  const program = join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'bin', 'cdk')
  const env = {
    ...emulator.env,
    PATH: process.env.PATH,
    HOME: cached('home'),
    CI: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DEFAULT_ACCOUNT: emulator.accountId,
    CDK_DEFAULT_REGION: emulator.region,
  }
  const result = await run(process.execPath, [program, '--no-notices', ...args], { cwd, env, timeoutMs: 600_000 })
  if (result.exitCode !== 0) throw new Error(`expected cdk ${args[0]} to succeed\n${result.stdout}${result.stderr}`)
  return result
}

/** Makes the staging bucket and the roles that a deployment uses. */
export async function bootstrapCdk(emulator: AwsEmulator): Promise<void> {
  // `--app` of nothing: a bootstrap of a named environment must not synthesise the project's own app.
  await cdk(emulator, ['bootstrap', `aws://${emulator.accountId}/${emulator.region}`, '--app', ''], cached('home'))
  // The staging bucket refuses plain HTTP, and the emulator, which enforces its policies, serves nothing else.
  const client = new S3Client({
    endpoint: emulator.endpoint,
    region: emulator.region,
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  await client.send(new DeleteBucketPolicyCommand({ Bucket: stagingBucket(emulator) }))
  client.destroy()
}

/** Destroys stacks of an assembly; throws with cdk's own output when that fails. */
export const destroyCdk = (emulator: AwsEmulator, app: string, stacks: readonly string[]): Promise<RunResult> =>
  cdk(emulator, ['destroy', ...stacks, '--force', '--app', app])

/** Deploys stacks into a bootstrapped emulator; throws with cdk's own output when that fails. */
export async function deployCdk(emulator: AwsEmulator, deployment: CdkDeployment = {}): Promise<RunResult> {
  const context = Object.entries(deployment.context ?? {}).flatMap(([key, value]) => ['--context', `${key}=${value}`])
  const app = deployment.app === undefined ? [] : ['--app', deployment.app]
  const { only } = deployment
  const stacks =
    only !== undefined ? [only, '--exclusively'] : deployment.stacks?.length ? deployment.stacks : ['--all']
  const output = freshFolder('cdk')
  const args = ['deploy', ...stacks, '--require-approval', 'never', ...app, ...context, '--output', output]
  try {
    return await cdk(emulator, args, deployment.cwd)
  } finally {
    removeFolder(output)
  }
}
