import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  InvalidParameterException,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { expect, it } from 'vitest'
import { clientOptions, testAws, testFolder } from './embedded-aws.ts'

const started = async (dataDir?: string) => {
  const aws = await testAws(dataDir === undefined ? {} : { dataDir })
  return { aws, client: new SecretsManagerClient(clientOptions(aws.endpoint)) }
}

it('keeps a secret over a restart, in a file that only its owner can read', async () => {
  const dataDir = await testFolder()
  const first = await started(dataDir)
  await first.client.send(new CreateSecretCommand({ Name: 'shelflife/robot', SecretString: 's3cret' }))
  await first.aws.close()

  const { client } = await started(dataDir)
  const secret = await client.send(new GetSecretValueCommand({ SecretId: 'shelflife/robot' }))

  expect(secret).toMatchObject({ Name: 'shelflife/robot', SecretString: 's3cret', VersionStages: ['AWSCURRENT'] })
  expect((await stat(join(dataDir, 'secrets.json'))).mode & 0o777).toBe(0o600)
})

it('finds a secret by its name, its ARN, and its ARN without the random end', async () => {
  const { client } = await started()
  const { ARN = '' } = await client.send(new CreateSecretCommand({ Name: 'robot', SecretString: 'x' }))

  for (const SecretId of ['robot', ARN, ARN.slice(0, -7)]) {
    expect((await client.send(new GetSecretValueCommand({ SecretId }))).ARN).toBe(ARN)
  }
})

it('F32 serves the new value after a rotation, and the old one as the previous', async () => {
  const { client } = await started()
  const created = await client.send(new CreateSecretCommand({ Name: 'robot', SecretString: 'old' }))
  await client.send(new PutSecretValueCommand({ SecretId: 'robot', SecretString: 'new' }))

  const current = await client.send(new GetSecretValueCommand({ SecretId: 'robot' }))
  const previous = await client.send(new GetSecretValueCommand({ SecretId: 'robot', VersionStage: 'AWSPREVIOUS' }))

  expect(current.SecretString).toBe('new')
  expect(previous).toMatchObject({ SecretString: 'old', VersionId: created.VersionId })
})

it('forgets a deleted secret and no other, and deletes one that is not there well', async () => {
  const { client } = await started()
  for (const Name of ['robot', 'robot-2']) await client.send(new CreateSecretCommand({ Name, SecretString: 'x' }))
  const forget = new DeleteSecretCommand({ SecretId: 'robot', ForceDeleteWithoutRecovery: true })

  await client.send(forget)
  await client.send(forget)

  await expect(client.send(new GetSecretValueCommand({ SecretId: 'robot' }))).rejects.toThrow(ResourceNotFoundException)
  expect(await client.send(new GetSecretValueCommand({ SecretId: 'robot-2' }))).toMatchObject({ SecretString: 'x' })
})

it('keeps binary secrets as bytes', async () => {
  const { client } = await started()
  await client.send(new CreateSecretCommand({ Name: 'kubeconfig', SecretBinary: new Uint8Array([0, 255]) }))

  const secret = await client.send(new GetSecretValueCommand({ SecretId: 'kubeconfig' }))

  expect(secret.SecretBinary).toEqual(new Uint8Array([0, 255]))
})

it('raises the exceptions of Secrets Manager', async () => {
  const { client } = await started()
  await client.send(new CreateSecretCommand({ Name: 'robot', SecretString: 'x' }))

  const missing = client.send(new GetSecretValueCommand({ SecretId: 'nobody' }))
  const noPrevious = client.send(new GetSecretValueCommand({ SecretId: 'robot', VersionStage: 'AWSPREVIOUS' }))
  const twice = client.send(new CreateSecretCommand({ Name: 'robot', SecretString: 'y' }))
  const empty = client.send(new PutSecretValueCommand({ SecretId: 'robot' }))

  await expect(missing).rejects.toBeInstanceOf(ResourceNotFoundException)
  await expect(noPrevious).rejects.toBeInstanceOf(ResourceNotFoundException)
  await expect(twice).rejects.toBeInstanceOf(ResourceExistsException)
  await expect(empty).rejects.toBeInstanceOf(InvalidParameterException)
})
