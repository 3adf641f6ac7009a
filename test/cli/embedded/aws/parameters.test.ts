import {
  GetParameterCommand,
  ParameterAlreadyExists,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm'
import { expect, it } from 'vitest'
import { clientOptions, testAws, testFolder } from './embedded-aws.ts'

const started = async (dataDir?: string) => {
  const aws = await testAws(dataDir === undefined ? {} : { dataDir })
  return { aws, client: new SSMClient(clientOptions(aws.endpoint)) }
}

it('keeps a parameter and its version over a restart', async () => {
  const dataDir = await testFolder()
  const first = await started(dataDir)
  await first.client.send(new PutParameterCommand({ Name: '/shelflife/kill', Value: 'off', Type: 'String' }))
  await first.client.send(new PutParameterCommand({ Name: '/shelflife/kill', Value: 'on', Overwrite: true }))
  await first.aws.close()

  const { client } = await started(dataDir)
  const { Parameter } = await client.send(new GetParameterCommand({ Name: '/shelflife/kill' }))

  expect(Parameter).toMatchObject({ Name: '/shelflife/kill', Value: 'on', Version: 2, Type: 'String' })
})

it('raises the exceptions of SSM', async () => {
  const { client } = await started()
  const input = { Name: '/shelflife/kill', Value: 'off', Type: 'String' as const }
  await client.send(new PutParameterCommand(input))

  await expect(client.send(new PutParameterCommand(input))).rejects.toBeInstanceOf(ParameterAlreadyExists)
  await expect(client.send(new GetParameterCommand({ Name: '/none' }))).rejects.toBeInstanceOf(ParameterNotFound)
})
