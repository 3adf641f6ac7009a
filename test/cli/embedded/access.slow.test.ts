import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { expect, it, onTestFinished } from 'vitest'
import { readAccessKey } from '../../../cli/embedded/access-key.ts'
import { ensureTable, startDynamodb } from '../../../cli/embedded/aws/dynamodb.ts'
import type { Endpoints } from '../../../cli/embedded/host.ts'
import { tableDefinition } from '../../../cli/embedded/table-definition.ts'
import { type InstallationOptions, startInstallation } from '../../scenarios/installation.ts'
import { newScene } from '../../scenarios/objects.ts'
import { trackPushed } from '../../scenarios/sweep.ts'
import { pushTags } from '../../scenarios/world.ts'
import { testFolder } from './aws/embedded-aws.ts'

const own = { accessKeyId: 'OWN', secretAccessKey: 'a persons own' }
const region = 'eu-west-1'

async function started(options: InstallationOptions = {}) {
  const installation = await startInstallation(options)
  onTestFinished(() => installation.remove())
  const endpoints: Endpoints = JSON.parse(readFileSync(join(installation.dataDir, 'endpoints.json'), 'utf8'))
  return { installation, endpoints }
}

it('T8 gives the secrets of a running installation to the key of its data folder alone', async () => {
  const { installation, endpoints } = await started()
  const read = (credentials: typeof own) =>
    new SecretsManagerClient({ endpoint: endpoints.aws, region, credentials }).send(
      new GetSecretValueCommand({ SecretId: 'shelflife/cluster/local' }),
    )

  await expect(read({ accessKeyId: 'local', secretAccessKey: 'local' })).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  })
  expect((await read(readAccessKey(installation.dataDir))).SecretString).toContain('apiVersion: v1')
  expect((await stat(join(installation.dataDir, 'aws-credentials'))).mode & 0o777).toBe(0o600)
})

it('T8 keeps the key over a restart, so that what was set up with it goes on', async () => {
  const { installation } = await started()
  const before = readAccessKey(installation.dataDir)

  await installation.kill()
  await installation.restart()

  expect(readAccessKey(installation.dataDir)).toEqual(before)
})

it('T8 reaches a real table with the own credentials beside embedded parts with theirs', async () => {
  const table = await startDynamodb({ dataDir: await testFolder(), accessKey: own })
  onTestFinished(() => table.close())
  const client = new DynamoDBClient({ endpoint: table.endpoint, region, credentials: own })
  onTestFinished(() => client.destroy())
  await ensureTable(client, tableDefinition('images'))
  const keys = { AWS_ACCESS_KEY_ID: own.accessKeyId, AWS_SECRET_ACCESS_KEY: own.secretAccessKey }
  const env = { ...keys, AWS_REGION: region, AWS_ENDPOINT_URL_DYNAMODB: table.endpoint }
  const { installation } = await started({ flags: ['--table', 'images'], env })

  const scene = await newScene(installation.world, 'owned')
  await pushTags(scene, 'v1')
  await trackPushed(scene, ['v1'])

  expect((await client.send(new ScanCommand({ TableName: 'images' }))).Count).toBeGreaterThan(0)
  expect(readFileSync(installation.logFile, 'utf8')).not.toMatch(
    /UnrecognizedClient|InvalidClientTokenId|InvalidSignature/,
  )
})
