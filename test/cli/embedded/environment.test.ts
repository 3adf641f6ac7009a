import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { startAwsEndpoint } from '../../../cli/embedded/aws/endpoint.ts'
import { setEnvironment } from '../../../cli/embedded/environment.ts'
import { localQueues } from '../../../cli/embedded/local-transport.ts'

it('of an installation that ends is what it was before, a key of the person among it', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'shelflife-environment-'))
  const accessKey = { accessKeyId: 'LOCAL', secretAccessKey: 'local' }
  const aws = await startAwsEndpoint({ dataDir, accessKey, queues: localQueues() })
  const { AWS_ACCESS_KEY_ID: key } = process.env
  process.env.AWS_ACCESS_KEY_ID = 'OWN'
  onTestFinished(async () => {
    if (key === undefined) delete process.env.AWS_ACCESS_KEY_ID
    else process.env.AWS_ACCESS_KEY_ID = key
    await aws.close()
    rmSync(dataDir, { recursive: true, force: true })
  })
  const before = { ...process.env }

  const putBack = setEnvironment(aws, {
    dynamodbEndpoint: 'http://127.0.0.1:1',
    tableName: 'table',
    settingsFile: 'settings.json',
    archive: 'archive',
    sealingKey: 'key',
    installation: 'local/host/1',
  })
  const during = { ...process.env }
  putBack()

  expect(during).toMatchObject({ ...aws.environment, AWS_ACCESS_KEY_ID: 'LOCAL', TABLE_NAME: 'table' })
  expect({ ...process.env }).toEqual(before)
})
