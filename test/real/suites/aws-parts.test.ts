import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { callAws } from '../parts/aws-call.ts'
import { type AwsEmulator, startAwsEmulator } from '../parts/aws-emulator.ts'
import { cached } from '../parts/cache.ts'
import { bootstrapCdk, deployCdk } from '../parts/cdk.ts'
import { pushImage } from '../parts/images.ts'

let emulator: AwsEmulator
beforeAll(async () => {
  emulator = await startAwsEmulator()
})
afterAll(() => emulator?.stop())

async function createQueue(name: string, accessKeyId = 'test', secretAccessKey = 'test'): Promise<string | undefined> {
  const { endpoint, region } = emulator
  const client = new SQSClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name }))
  client.destroy()
  return QueueUrl
}

it('obeys the account and refuses a user without grants', async () => {
  await callAws(emulator, 'iam', 'CreateUser', { UserName: 'nobody' })
  const { AccessKey } = await callAws(emulator, 'iam', 'CreateAccessKey', { UserName: 'nobody' })
  const key = AccessKey as { AccessKeyId: string; SecretAccessKey: string }

  const url = await createQueue('allowed')
  const refused = createQueue('refused', key.AccessKeyId, key.SecretAccessKey)

  expect(url).toContain('/allowed')
  await expect(refused).rejects.toMatchObject({ name: expect.stringContaining('AccessDenied') })
})

it('takes a push to a repository of its ECR', async () => {
  await callAws(emulator, 'ecr', 'CreateRepository', { repositoryName: 'team/app' })

  const digest = await pushImage(`${new URL(emulator.endpoint).host}/team/app:v1`, 'one')

  const { imageDetails } = await callAws(emulator, 'ecr', 'DescribeImages', { repositoryName: 'team/app' })
  expect(imageDetails).toMatchObject([{ imageDigest: digest, imageTags: ['v1'] }])
})

const stackSource = `
import { App, CfnOutput, Stack } from 'aws-cdk-lib'
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda'
const stack = new Stack(new App(), 'Smoke', { env: { account: '000000000000', region: 'us-east-1' } })
const code = Code.fromAsset(new URL('function', import.meta.url).pathname)
const fn = new Function(stack, 'Fn', { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code })
new CfnOutput(stack, 'Name', { value: fn.functionName })
`
const functionSource = 'export const handler = async () => ({ node: process.versions.node })'

it('deploys a stack with a function, which runs in the Node of the project', async () => {
  const app = mkdtempSync(join(cached('apps'), 'smoke-'))
  writeFileSync(join(app, 'app.mjs'), stackSource)
  mkdirSync(join(app, 'function'))
  writeFileSync(join(app, 'function', 'index.mjs'), functionSource)

  await bootstrapCdk(emulator)
  await deployCdk(emulator, { app: `node ${join(app, 'app.mjs')}`, stacks: ['Smoke'] })
  const { Stacks } = await callAws(emulator, 'cloudformation', 'DescribeStacks', { StackName: 'Smoke' })
  const [{ Outputs }] = Stacks as [{ Outputs: [{ OutputValue: string }] }]
  const { Payload } = await callAws(emulator, 'lambda', 'Invoke', { FunctionName: Outputs[0].OutputValue })

  expect(JSON.parse(String(Payload))).toMatchObject({ node: process.versions.node })
  rmSync(app, { recursive: true })
})
