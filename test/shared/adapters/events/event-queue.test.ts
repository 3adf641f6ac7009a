import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, it, vi } from 'vitest'
import { localQueues } from '../../../../cli/embedded/local-transport.ts'
import { queueFile } from '../../../../cli/embedded/queue-file.ts'
import { createEventQueue } from '../../../../shared/adapters/events/work-queues.ts'
import { messageGroupOf } from '../../../../shared/domain/message-group.ts'
import { parseSyncMessage } from '../../../../shared/sync/parse-message.ts'
import { clientOptions, testAws } from '../../../cli/embedded/aws/embedded-aws.ts'
import { startScriptedServer } from '../http/scripted-server.ts'

const registry = 'registry.example.com'
const hintsOf = (count: number) => Array.from({ length: count }, (_, at) => ({ registry, repository: `team/app${at}` }))

it('sends each event in the group of its repository, also one that is equal to another', async () => {
  const aws = await testAws({ queues: localQueues() })
  const client = new SQSClient(clientOptions(aws.endpoint))
  const QueueUrl = aws.queueUrl(queueFile('hints'))
  const [hint = { registry, repository: '' }] = hintsOf(1)

  await createEventQueue(client, QueueUrl).publishEvents('ImagePushed', [hint, hint])

  const asked = { QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['MessageGroupId' as const] }
  const { Messages = [] } = await client.send(new ReceiveMessageCommand(asked))
  expect(Messages.map(({ Body = '' }) => parseSyncMessage(Body, host => host))).toEqual(
    Array.from({ length: 2 }, () => expect.objectContaining({ kind: 'hint', hint, isPush: true })),
  )
  expect(Messages.map(({ Attributes }) => Attributes?.MessageGroupId)).toEqual([
    messageGroupOf(hint),
    messageGroupOf(hint),
  ])
})

it('sends batches side by side: the sender of the webhook waits for all of them', async () => {
  const waiting: (() => void)[] = []
  const queue = await startScriptedServer((request, response) => {
    request.resume()
    waiting.push(() => response.end('{"Successful":[]}'))
  })
  const events = createEventQueue(
    new SQSClient({ ...clientOptions(queue.url), md5: false }),
    `${queue.url}/1/hints.fifo`,
  )

  const published = events.publishEvents('ImagePushed', hintsOf(95))
  await vi.waitFor(() => expect(waiting).toHaveLength(10))
  for (const answer of waiting) answer()
  await published

  expect(queue.requests).toHaveLength(10)
})

it('fails where the queue refuses a message of any batch', async () => {
  const refused = { Successful: [], Failed: [{ Id: 'm0', Code: 'InternalError', SenderFault: false }] }
  const queue = await startScriptedServer((request, response) => {
    request.resume()
    response.end(JSON.stringify(refused))
  })
  const events = createEventQueue(new SQSClient(clientOptions(queue.url)), `${queue.url}/1/hints.fifo`)

  await expect(events.publishEvents('ImagePushed', hintsOf(1))).rejects.toThrow('the queue refused 1 messages')
})
