import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, it } from 'vitest'
import { createQueueGauges } from '../../../../shared/adapters/events/queue-gauges.ts'
import { UnavailableError } from '../../../../shared/errors.ts'
import { clientOptions, testAws } from '../../../cli/embedded/aws/embedded-aws.ts'
import { at } from '../../../support/records.ts'

/** Two queues of an endpoint whose clock the test turns. */
async function start(isReached = true) {
  let seconds = 0
  const aws = await testAws({
    queues: [{ name: 'sync.fifo', contentBasedDeduplication: true }, { name: 'sweep.fifo' }],
    now: () => at(seconds).getTime(),
  })
  const sqs = new SQSClient(clientOptions(aws.endpoint))
  // Nothing listens at that port.
  const elsewhere = isReached ? aws.endpoint : 'http://127.0.0.1:9'
  const cloudWatch = { ...clientOptions(elsewhere), maxAttempts: 1 }
  const gauges = createQueueGauges(
    { sqs, cloudWatch, now: () => at(seconds) },
    { sync: aws.queueUrl('sync.fifo'), sweep: aws.queueUrl('sweep.fifo') },
  )
  const send = (MessageBody: string) =>
    sqs.send(new SendMessageCommand({ QueueUrl: aws.queueUrl('sync.fifo'), MessageBody, MessageGroupId: MessageBody }))
  const pass = (by: number) => {
    seconds += by
  }
  return { aws, gauges, send, pass }
}

it('tells how much lies in each queue, and how long ago the oldest of it was sent', async () => {
  const { aws, gauges, send, pass } = await start()
  await send('first')
  pass(60)
  await send('second')
  aws.queues.get('sync.fifo').receive({ maxMessages: 1 })
  pass(29)

  expect(await gauges.listDepths()).toEqual([
    { queue: 'sync', waiting: 1, underWay: 1, ageSeconds: 89 },
    { queue: 'sweep', waiting: 0, underWay: 0, ageSeconds: 0 },
  ])
})

it('asks CloudWatch, which asks a price, nothing of empty queues', async () => {
  const { gauges } = await start(false)

  expect((await gauges.listDepths()).map(({ ageSeconds }) => ageSeconds)).toEqual([0, 0])
})

it('tells how much lies there, and no age, where CloudWatch does not answer', async () => {
  const { gauges, send } = await start(false)
  await send('first')

  expect(await gauges.listDepths()).toEqual([
    { queue: 'sync', waiting: 1, underWay: 0 },
    { queue: 'sweep', waiting: 0, underWay: 0, ageSeconds: 0 },
  ])
})

it('says which queue did not answer', async () => {
  const { aws, gauges } = await start()
  await aws.close()

  await expect(gauges.listDepths()).rejects.toThrow(UnavailableError)
})
