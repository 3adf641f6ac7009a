import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parseConfig } from '../../../infra/config.ts'
import { assetPrefix } from '../../../infra/packaging/template/plain-synthesizer.ts'
import { writeTemplates } from '../../../infra/packaging/template/write-templates.ts'
import { allowPlainHttp } from '../../infra/allow-plain-http.ts'
import { callAws } from '../parts/aws-call.ts'
import { type AwsEmulator, startAwsEmulator } from '../parts/aws-emulator.ts'
import { freshFolder, removeFolder } from '../parts/background.ts'
import { waitUntil } from '../parts/wait-until.ts'
import { functionNames } from './aws-world.ts'

const bucket = 'of-the-platform-team'
let emulator: AwsEmulator
let folder: string

beforeAll(async () => {
  emulator = await startAwsEmulator()
  folder = freshFolder('template')
  writeTemplates(parseConfig({ settings: { registries: [{ host: 'harbor.example.com' }] } }), folder)
  allowPlainHttp(folder)
}, 120_000)

afterAll(async () => {
  removeFolder(folder)
  await emulator?.stop()
})

/** What `aws s3 cp assets s3://BUCKET/PREFIX --recursive` does, and the deploy with the templates. */
async function copyAssets(): Promise<void> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const { endpoint, region } = emulator
  const client = new S3Client({ endpoint, region, forcePathStyle: true, credentials })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  const put = (Key: string, path: string) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: readFileSync(join(folder, path)) }))
  for (const name of readdirSync(join(folder, 'assets'))) await put(`${assetPrefix}${name}`, join('assets', name))
  // As `deploy --s3-bucket` does: one is larger than what a call may hold.
  for (const name of ['state.template.json', 'work.template.json', 'pipeline.template.json']) await put(name, name)
  client.destroy()
}

async function createStack(StackName: string, file: string, Parameters: object[] = []): Promise<void> {
  const TemplateURL = `${emulator.endpoint}/${bucket}/${file}`
  const input = { StackName, TemplateURL, Parameters, Capabilities: ['CAPABILITY_IAM'] }
  await callAws(emulator, 'cloudformation', 'CreateStack', input)
  await waitUntil(
    async () => {
      const { Stacks } = await callAws(emulator, 'cloudformation', 'DescribeStacks', { StackName })
      const [{ StackStatus, StackStatusReason }] = Stacks as [{ StackStatus: string; StackStatusReason?: string }]
      if (/FAILED|ROLLBACK/.test(StackStatus)) expect.fail(`${StackName}: ${StackStatus} ${StackStatusReason}`)
      return StackStatus === 'CREATE_COMPLETE'
    },
    { what: `the stack ${StackName}`, deadlineMs: 120_000 },
  )
}

it('are created without CDK, by a bucket that a parameter names, and the functions run', async () => {
  await copyAssets()
  await createStack('ShelflifeState', 'state.template.json')
  await createStack('ShelflifeWork', 'work.template.json')
  await createStack('ShelflifePipeline', 'pipeline.template.json', [
    { ParameterKey: 'AssetsBucket', ParameterValue: bucket },
  ])
  const functionName = await functionNames(emulator)

  const invoked = await callAws(emulator, 'lambda', 'Invoke', {
    FunctionName: functionName('audit-export'),
    Payload: '{}',
  })

  expect(invoked).toMatchObject({ StatusCode: 200 })
  expect(invoked).not.toHaveProperty('FunctionError')
}, 300_000)
