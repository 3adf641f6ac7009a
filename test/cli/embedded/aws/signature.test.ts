import { setImmediate as nextTurn } from 'node:timers/promises'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startDynamodb } from '../../../../cli/embedded/aws/dynamodb.ts'
import { accessKey } from '../../../support/access-key.ts'
import { clientOptions, testAws, testFolder } from './embedded-aws.ts'
import { signedHeaders } from './sign-request.ts'

const Bucket = 'manifests'

const started = async () => {
  const aws = await testAws({ buckets: [Bucket], queues: [{ name: 'plain' }] })
  const dynamodb = await startDynamodb({ dataDir: await testFolder(), accessKey })
  onTestFinished(() => dynamodb.close())
  return { aws, dynamodb }
}

/** One call of each service, with the credentials of somebody; the names of the errors that answer. */
const refusals = async (credentials: { accessKeyId: string; secretAccessKey: string }) => {
  const { aws, dynamodb } = await started()
  const options = { ...clientOptions(aws.endpoint), credentials, maxAttempts: 1 }
  const QueueUrl = aws.queueUrl('plain')
  const sqs = new SQSClient(options)
  const s3 = new S3Client({ ...options, forcePathStyle: true })
  const parameter = { Name: '/shelflife/sweeps', Value: 'running', Type: 'String' as const }
  const calls = [
    new DynamoDBClient({ ...options, endpoint: dynamodb.endpoint }).send(new ListTablesCommand()),
    new SecretsManagerClient(options).send(new GetSecretValueCommand({ SecretId: 'shelflife/cluster/local' })),
    new SSMClient(options).send(new PutParameterCommand(parameter)),
    new EventBridgeClient(options).send(new PutEventsCommand({ Entries: [{ Detail: '{}' }] })),
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' })),
    sqs.send(new ReceiveMessageCommand({ QueueUrl })),
    s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' })),
    s3.send(new GetObjectCommand({ Bucket, Key: 'a' })),
  ]
  const answers = await Promise.allSettled(calls)
  return answers.map(answer =>
    answer.status === 'rejected' ? [answer.reason.name, answer.reason.$metadata?.httpStatusCode] : 'answered',
  )
}

it('T8 refuses whoever has no key, with the code of each service', async () => {
  const json = ['UnrecognizedClientException', 403]
  const sqs = ['InvalidClientTokenId', 403]
  const s3 = ['InvalidAccessKeyId', 403]

  const answers = await refusals({ accessKeyId: 'local', secretAccessKey: 'local' })

  expect(answers).toEqual([json, json, json, json, sqs, sqs, s3, s3])
})

it('T8 refuses whoever knows the id of the key alone', async () => {
  const json = ['InvalidSignatureException', 403]
  const mismatch = ['SignatureDoesNotMatch', 403]

  const answers = await refusals({ ...accessKey, secretAccessKey: 'guessed' })

  expect(answers).toEqual([json, json, json, json, mismatch, mismatch, mismatch, mismatch])
})

const secretsCall = {
  'x-amz-target': 'secretsmanager.GetSecretValue',
  'content-type': 'application/x-amz-json-1.1',
}
const dynamodbCall = { 'x-amz-target': 'DynamoDB_20120810.ListTables', 'content-type': 'application/x-amz-json-1.0' }

describe('T8 a request of a program without an AWS client', () => {
  it('is refused where it is not signed, before its body is read', async () => {
    const { aws, dynamodb } = await started()
    // By turns: a thread that only ever writes never reads what it was answered.
    const pull = async (controller: ReadableStreamDefaultController) =>
      controller.enqueue(await nextTurn(new Uint8Array(1024)))
    const endless = () => new ReadableStream({ pull })
    const call = (url: string, headers: Record<string, string>) =>
      fetch(url, { method: 'POST', headers, body: endless(), duplex: 'half' } as RequestInit)

    const answers = await Promise.all([
      call(aws.endpoint, secretsCall),
      call(dynamodb.endpoint, dynamodbCall),
      call(`${aws.endpoint}/${Bucket}/a`, {}),
      fetch(aws.endpoint),
      fetch(dynamodb.endpoint),
      fetch(`${aws.endpoint}/${Bucket}?list-type=2`),
      fetch(`${aws.endpoint}/${Bucket}/a?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test&X-Amz-Signature=0`),
    ])

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403, 403, 403])
    expect(await answers[0]?.json()).toMatchObject({ message: expect.stringContaining('AWS_SHARED_CREDENTIALS_FILE') })
    expect(await answers[1]?.json()).toMatchObject({ __type: expect.stringContaining('MissingAuthenticationToken') })
  })

  it('is refused where body, header, address or time are not those that were signed', async () => {
    const { aws, dynamodb } = await started()
    const secret = { Name: 'shelflife/cluster/local', SecretString: 'apiVersion: v1' }
    await new SecretsManagerClient(clientOptions(aws.endpoint)).send(new CreateSecretCommand(secret))
    const body = JSON.stringify({ SecretId: secret.Name })
    const sign = (request: object = {}) =>
      signedHeaders(`${aws.endpoint}/`, { service: 'secretsmanager', headers: secretsCall, body, ...request })
    const old = new Date(Date.now() - 16 * 60_000)
    const status = async (headers: Record<string, string>, sent = body, url = `${aws.endpoint}/`) =>
      (await fetch(url, { method: 'POST', headers, body: sent })).status

    const good = await status(await sign())
    const bad = await Promise.all([
      status(await sign(), JSON.stringify({ SecretId: 'other' })),
      status({ ...(await sign()), 'x-amz-target': 'secretsmanager.DeleteSecret' }),
      status({ ...(await sign()), 'x-amz-acl': 'added' }),
      status(await sign({ signedAt: old })),
      status(await sign(), body, `${aws.endpoint}/other`),
      status(await sign(), body, `${aws.endpoint}/?a=b`),
      status(await sign(), body, `${dynamodb.endpoint}/`),
    ])

    expect(good).toBe(200)
    expect(bad).toEqual(Array(7).fill(403))
  })

  it('is refused where the stated hash of the body is not that of the body', async () => {
    const { aws } = await started()
    const url = `${aws.endpoint}/${Bucket}/a`
    const headers = await signedHeaders(url, {
      service: 's3',
      method: 'PUT',
      headers: { 'x-amz-content-sha256': '0'.repeat(64) },
    })

    const response = await fetch(url, { method: 'PUT', headers, body: 'other' })

    expect(response.status).toBe(403)
    expect(await response.text()).toContain('<Code>SignatureDoesNotMatch</Code>')
  })
})

it('takes a key of an object with every kind of character, as its client signs it', async () => {
  const { aws } = await started()
  const client = new S3Client({ ...clientOptions(aws.endpoint), forcePathStyle: true })
  const Key = "a b/ü+~*'()!/%41/../c=d&e"

  await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x', Metadata: { spaced: 'a  b' } }))

  expect((await client.send(new GetObjectCommand({ Bucket, Key }))).ContentLength).toBe(1)
})
