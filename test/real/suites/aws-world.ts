import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConfigInput } from '../../../infra/config.ts'
import type { FunctionName } from '../../../shared/wiring.ts'
import { allowPlainHttp } from '../../infra/allow-plain-http.ts'
import { earlierRelease } from '../../support/earlier-release.ts'
import { callAws } from '../parts/aws-call.ts'
import type { AwsEmulator } from '../parts/aws-emulator.ts'
import { projectRoot } from '../parts/cache.ts'
import { bootstrapCdk, deployCdk } from '../parts/cdk.ts'
import { type RunResult, run, runOrThrow } from '../parts/run.ts'

/** Deploys all stacks as they are today. */
export const deployInstallation = (emulator: AwsEmulator, config: ConfigInput): Promise<Deployed> =>
  deployRelease(emulator, { root: projectRoot, command: [join(projectRoot, 'cli', 'shelflife.ts')] }, config)

/** A version of the product: where its sources are, and what Node runs as its command. */
export interface Sources {
  readonly root: string
  readonly command: readonly string[]
}

/** As it was released: the name is that of a folder in `test/fixtures/releases`. */
export function sourcesOf(release: string): Sources {
  const root = earlierRelease(release)
  return { root, command: [join(projectRoot, 'test/real/parts/earlier-command.ts'), root] }
}

/**
 * Deploys the stacks as a user would, or `only` one of them, but for the rules that refuse the emulator's plain HTTP.
 * Answers how the command is run against them, with the rights of the account's root.
 */
export async function deployRelease(
  emulator: AwsEmulator,
  { root, command }: Sources,
  config: object,
  only?: string,
): Promise<Deployed> {
  const folder = mkdtempSync(join(tmpdir(), 'shelflife-assembly-'))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const configFile = join(folder, 'config.json')
    const assembly = join(folder, 'cdk.out')
    writeFileSync(configFile, JSON.stringify(config))
    const { context } = JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8'))
    const env = {
      ...process.env,
      SHELFLIFE_CONFIG: configFile,
      CDK_OUTDIR: assembly,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      CDK_DEFAULT_ACCOUNT: emulator.accountId,
      CDK_DEFAULT_REGION: emulator.region,
    }
    await runOrThrow(process.execPath, ['infra/app.ts'], { cwd: root, env })
    allowPlainHttp(assembly)
    await bootstrapCdk(emulator)
    await deployCdk(emulator, { app: assembly, only })
    const tail = ['--aws', '--config', configFile]
    const commandEnv = { ...emulator.env, PATH: process.env.PATH, HOME: folder }
    return {
      assembly,
      shelflife: args => run(process.execPath, [...command, ...args, ...tail], { env: commandEnv }),
      remove,
    }
  } catch (error) {
    remove()
    throw error
  }
}

export interface Deployed {
  /** The templates as they were deployed. */
  readonly assembly: string
  /** Runs `shelflife ARGS --aws`. */
  shelflife(args: readonly string[]): Promise<RunResult>
  remove(): void
}

interface StackResource {
  readonly LogicalResourceId: string
  readonly PhysicalResourceId: string
  readonly ResourceType: string
}

/** The names that CloudFormation gave to the functions. */
export async function functionNames(
  emulator: AwsEmulator,
  StackName = 'ShelflifePipeline',
): Promise<(name: FunctionName) => string> {
  const { StackResources } = await callAws(emulator, 'cloudformation', 'DescribeStackResources', { StackName })
  const functions = (StackResources as StackResource[]).filter(one => one.ResourceType === 'AWS::Lambda::Function')
  return name => {
    const start = name.replace(/-/g, '')
    const found = functions.find(one => one.LogicalResourceId.startsWith(`${start}function`))
    if (!found) throw new Error(`expected a function ${name} among ${functions.map(one => one.LogicalResourceId)}`)
    return found.PhysicalResourceId
  }
}

/** The parts of an address. The emulator's host names end in a number, which no URL may. */
export interface Address {
  readonly href: string
  readonly host: string
  readonly pathname: string
}

/** `name` is that of an output of the pipeline. */
export async function webhookUrlOf(emulator: AwsEmulator, name = 'WebhookUrl'): Promise<Address> {
  const { Stacks } = await callAws(emulator, 'cloudformation', 'DescribeStacks', { StackName: 'ShelflifePipeline' })
  const [stack] = Stacks as [{ Outputs: { OutputKey: string; OutputValue: string }[] }]
  const href = stack.Outputs.find(output => output.OutputKey === name)?.OutputValue
  const [, host, pathname = ''] = /^https?:\/\/([^/]+)(\/.*)?$/.exec(href ?? '') ?? []
  if (href === undefined || host === undefined)
    throw new Error(`expected an address as output ${name}, got ${JSON.stringify(stack.Outputs)}`)
  return { href, host, pathname }
}

/** The environment of somebody who acts with a function's own role. */
export async function actAs(emulator: AwsEmulator, functionName: string): Promise<Record<string, string>> {
  const { Role } = await callAws(emulator, 'lambda', 'GetFunctionConfiguration', { FunctionName: functionName })
  const { Credentials } = await callAws(emulator, 'sts', 'AssumeRole', { RoleArn: Role, RoleSessionName: 'test' })
  const key = Credentials as { AccessKeyId: string; SecretAccessKey: string; SessionToken: string }
  return {
    AWS_ACCESS_KEY_ID: key.AccessKeyId,
    AWS_SECRET_ACCESS_KEY: key.SecretAccessKey,
    AWS_SESSION_TOKEN: key.SessionToken,
  }
}

/** AWS allows batches of messages by `sqs:SendMessage`; the emulator asks for an action of a name that AWS does not have. */
export async function grantBatches(emulator: AwsEmulator, functionName: string): Promise<void> {
  const { Role } = await callAws(emulator, 'lambda', 'GetFunctionConfiguration', { FunctionName: functionName })
  const Statement = [{ Effect: 'Allow', Action: ['sqs:SendMessageBatch', 'sqs:DeleteMessageBatch'], Resource: '*' }]
  await callAws(emulator, 'iam', 'PutRolePolicy', {
    RoleName: String(Role).split('/').at(-1),
    PolicyName: 'batches',
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement }),
  })
}
