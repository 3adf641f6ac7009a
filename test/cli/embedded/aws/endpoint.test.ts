import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { ListQueuesCommand, ListQueueTagsCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { expect, it, onTestFinished, vi } from 'vitest'
import { startAwsEndpoint } from '../../../../cli/embedded/aws/endpoint.ts'
import { InvalidInputError } from '../../../../shared/errors.ts'
import { accessKey } from '../../../support/access-key.ts'
import { clientOptions, testAws, testFolder } from './embedded-aws.ts'
import { signedHeaders } from './sign-request.ts'

it('is found by clients made without options from the environment alone', async () => {
  const aws = await testAws({ queues: [{ name: 'plain' }] })
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  for (const [name, value] of Object.entries(aws.environment)) vi.stubEnv(name, value)

  const event = { Source: 's', DetailType: 't', Detail: '{}' }
  const answers = await Promise.all([
    new SQSClient().send(new SendMessageCommand({ QueueUrl: aws.queueUrl('plain'), MessageBody: 'x' })),
    new EventBridgeClient().send(new PutEventsCommand({ Entries: [event] })),
    new SecretsManagerClient().send(new CreateSecretCommand({ Name: 'robot', SecretString: 'x' })),
    new SSMClient().send(new PutParameterCommand({ Name: '/kill', Value: 'off', Type: 'String' })),
    new S3Client().send(new CreateBucketCommand({ Bucket: 'manifests' })),
  ])

  expect(answers.map(answer => answer.$metadata.httpStatusCode)).toEqual([200, 200, 200, 200, 200])
  expect(aws.queues.get('plain').counts()).toMatchObject({ visible: 1 })
})

it('serves queue URLs of the form of AWS under its own address', async () => {
  const aws = await testAws({ queues: [{ name: 'sync.fifo' }] })

  const { QueueUrls } = await new SQSClient(clientOptions(aws.endpoint)).send(new ListQueuesCommand())

  expect(QueueUrls).toEqual([`${aws.endpoint}/000000000000/sync.fifo`])
  expect(aws.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
})

it('names the port that another process has taken', async () => {
  const aws = await testAws()
  const port = Number(new URL(aws.endpoint).port)

  const attempt = startAwsEndpoint({ port, dataDir: await testFolder(), accessKey })

  await expect(attempt).rejects.toBeInstanceOf(InvalidInputError)
  await expect(attempt).rejects.toThrow(`port ${port} for the embedded AWS endpoint is taken by another process`)
})

it('tells the host of a call that nobody serves, and fails it in the caller', async () => {
  const unhandled: string[] = []
  const aws = await testAws({ onUnhandled: error => unhandled.push(error.message) })

  const call = new SQSClient(clientOptions(aws.endpoint)).send(new ListQueueTagsCommand({ QueueUrl: 'x' }))

  await expect(call).rejects.toMatchObject({ name: 'UnknownOperationException' })
  expect(unhandled).toEqual(['AmazonSQS.ListQueueTags is not served by the embedded AWS endpoint'])
})

it('refuses a body that is not JSON in the form of the protocol', async () => {
  const aws = await testAws()
  const call = { 'x-amz-target': 'AmazonSQS.SendMessage', 'content-type': 'application/x-amz-json-1.0' }
  const headers = await signedHeaders(aws.endpoint, { service: 'sqs', headers: call, body: '{' })

  const response = await fetch(aws.endpoint, { method: 'POST', headers, body: '{' })

  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ __type: 'com.amazonaws.sqs#SerializationException' })
})

it('refuses a queue whose dead-letter queue does not exist, and a rule that would lose every event', async () => {
  const aws = await testAws({ queues: [{ name: 'strict.fifo' }] })
  const rule = { name: 'r', busName: 'b', pattern: { source: ['s'] }, target: { queue: 'strict.fifo' } }

  expect(() => aws.queues.create({ name: 'q', deadLetter: { queue: 'none', maxReceiveCount: 5 } })).toThrow(
    'queue q names the dead-letter queue none, which does not exist',
  )
  expect(() => aws.bus.putRule(rule)).toThrow('needs contentBasedDeduplication on its FIFO queue strict.fifo')
  expect(() => aws.bus.putRule({ ...rule, target: { queue: 'none' } })).toThrow('queue none, which does not exist')
})
