import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { expect, it } from 'vitest'
import type { RuleTarget } from '../../../../cli/embedded/aws/bus.ts'
import { parseEventPattern } from '../../../../cli/embedded/aws/event-pattern.ts'
import { clientOptions, testAws } from './embedded-aws.ts'

const busWith = async (target: Omit<RuleTarget, 'queue'>) => {
  const undelivered: Error[] = []
  const aws = await testAws({
    queues: [{ name: 'sync.fifo', contentBasedDeduplication: true }],
    rules: [
      {
        name: 'push',
        busName: 'image-lifecycle',
        pattern: { 'detail-type': ['ImagePushed'] },
        target: { queue: 'sync.fifo', ...target },
      },
    ],
    onUnhandled: error => undelivered.push(error),
  })
  const client = new EventBridgeClient(clientOptions(aws.endpoint))
  const put = (detail: object, EventBusName = 'image-lifecycle') => {
    const entry = { EventBusName, Source: 's', DetailType: 'ImagePushed', Detail: JSON.stringify(detail) }
    return client.send(new PutEventsCommand({ Entries: [entry] }))
  }
  return { put, undelivered, received: () => aws.queues.get('sync.fifo').receive({ maxMessages: 10 }) }
}

it('takes the message group from the event', async () => {
  const { put, received } = await busWith({ messageGroupIdPath: '$.detail.repository' })

  await put({ repository: 'harbor.example.com/myapp' })

  expect(received()).toMatchObject([{ groupId: 'harbor.example.com/myapp' }])
})

it('makes the message by an input transformer', async () => {
  const input = {
    inputPathsMap: { repository: '$.detail.repository', count: '$.detail.count', gone: '$.detail.gone' },
    inputTemplate: '{"repository": <repository>, "text": "pushed <repository> <count> times<gone>", "count": <count>}',
  }
  const { put, received } = await busWith({ messageGroupId: 'all', input })

  await put({ repository: 'my"app', count: 3 })

  expect(JSON.parse(received()[0]?.body ?? '')).toEqual({
    repository: 'my"app',
    text: 'pushed my"app 3 times',
    count: 3,
  })
})

it('makes the message and its group by a function', async () => {
  const { put, received } = await busWith({ input: event => ({ body: `${event.source}!`, groupId: 'mine' }) })

  await put({})

  expect(received()).toMatchObject([{ body: 's!', groupId: 'mine' }])
})

it('tells the host of an event whose message group is missing, which EventBridge would drop in silence', async () => {
  const { put, received, undelivered } = await busWith({ messageGroupIdPath: '$.detail.repository' })

  const result = await put({ tag: 'v1' })

  expect(result.FailedEntryCount).toBe(0)
  expect(received()).toEqual([])
  expect(undelivered).toMatchObject([{ cause: { message: 'the event has no message group at $.detail.repository' } }])
})

it('fails an entry for a bus that no rule names', async () => {
  const { put } = await busWith({ messageGroupId: 'all' })

  expect(await put({}, 'mistyped')).toMatchObject({
    FailedEntryCount: 1,
    Entries: [{ ErrorCode: 'ResourceNotFoundException', ErrorMessage: 'Event bus mistyped does not exist.' }],
  })
})

it.each([
  { $or: [{ a: ['b'] }] },
  { detail: { size: [{ numeric: ['>', 1] }] } },
  { detail: { tag: [] } },
  { detail: { tag: 'v1' } },
])('refuses the pattern %j, which it could not match as EventBridge does', pattern => {
  expect(() => parseEventPattern(pattern)).toThrow('event pattern is not supported by the embedded bus')
})
