import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SNSClient } from '@aws-sdk/client-sns'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { publishMessage } from '../../../../shared/adapters/notify/topic.ts'
import { outside } from '../../../../shared/domain/notifications/message.ts'
import type { EmailReceiver } from '../../../../shared/domain/notifications/receiver.ts'
import { AccessDeniedError, InvalidInputError, UnavailableError } from '../../../../shared/errors.ts'
import { accessKey } from '../../../support/access-key.ts'
import { failureOf } from '../../../support/failure-of.ts'

const topicArn = 'arn:aws:sns:eu-west-1:123456789012:shelflife'
const receiver: EmailReceiver = { kind: 'email', name: 'mail', namespaces: ['*'], topicArn }
const message = { title: ['Hello ', outside('main/shop/nightly')], lines: [['line']] }

let server: Server
let client: SNSClient
/** The error with which the next calls are answered: its code and status. */
let refusals: [code: string, status: number][] = []
let published: URLSearchParams[] = []

/** What SNS says of the parameters of a Publish; undefined where it takes them. */
function problemOf(sent: URLSearchParams): string | undefined {
  const subject = sent.get('Subject') ?? ''
  if (sent.get('Action') !== 'Publish') return 'Action'
  if (sent.get('Message') === '') return 'Empty message'
  // ASCII, less than 100 characters, on one line, and not a space first.
  return /^[\x21-\x7E][\x20-\x7E]{0,98}$/.test(subject) ? undefined : 'Subject'
}

const errorBody = (code: string, text: string) =>
  `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${text}</Message></Error><RequestId>r</RequestId></ErrorResponse>`
const takenBody =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m</MessageId></PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>'

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', () => {
      const sent = new URLSearchParams(Buffer.concat(chunks).toString())
      const problem = problemOf(sent)
      const [code, status] =
        refusals.shift() ?? (problem === undefined ? [undefined, 200] : (['InvalidParameter', 400] as const))
      if (code === undefined) published.push(sent)
      response.writeHead(status, { 'content-type': 'text/xml' })
      response.end(code === undefined ? takenBody : errorBody(code, `Invalid parameter: ${problem ?? code}`))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  client = new SNSClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: accessKey,
    maxAttempts: 1,
  })
})
beforeEach(() => {
  refusals = []
  published = []
})
afterAll(() => {
  client.destroy()
  server.close()
})

const publish = (sent = message) => publishMessage(receiver, sent, client)

it('publishes a message once, to the topic of its receiver', async () => {
  await publish()

  expect(published.map(one => ['TopicArn', 'Subject', 'Message'].map(name => one.get(name)))).toEqual([
    [topicArn, 'shelflife: Hello main/shop/nightly', 'Hello main/shop/nightly\nline'],
  ])
})

it('has a subject that SNS takes, whatever name stands in it', async () => {
  for (const name of ['', '\n\nBcc: all', 'ü'.repeat(300), '\u202E', '发布'])
    await publish({ ...message, title: ['Hello ', outside(name)] })

  expect(published).toHaveLength(5)
})

it.each<[code: string, status: number]>([
  ['NotFound', 404],
  ['AuthorizationError', 403],
  ['InvalidSecurity', 403],
  ['KMSAccessDenied', 400],
  ['KMSDisabled', 400],
  ['KMSNotFound', 400],
])('takes %s for a topic that takes no message, and says what to see to', async (code, status) => {
  refusals = [[code, status]]

  const error = await failureOf(publish())

  expect(error).toBeInstanceOf(AccessDeniedError)
  expect(String(error)).toContain(
    `receiver mail: topic ${topicArn}: expected a topic that may be published to, got ${code}`,
  )
})

it.each<[code: string, status: number]>([
  ['Throttled', 429],
  ['KMSThrottling', 400],
  ['InternalError', 500],
])('takes %s for a topic that may take it later', async (code, status) => {
  refusals = [[code, status]]

  expect(await failureOf(publish())).toBeInstanceOf(UnavailableError)
})

it('takes a parameter that is refused for a message that is never taken', async () => {
  refusals = [['InvalidParameter', 400]]

  expect(await failureOf(publish())).toBeInstanceOf(InvalidInputError)
})
