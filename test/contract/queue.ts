import type { SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe } from 'vitest'
import { fifoQueueContract } from './fifo-queue.ts'
import { driveQueues, type QueueDifferences, type QueueDriver } from './queue-driver.ts'
import { standardQueueContract } from './standard-queue.ts'

export interface QueueContractSetup {
  readonly client: SQSClient
  stop(): Promise<void>
}

/** What every SQS that the product runs on must do: the embedded one, an emulator, AWS. */
export const queueContract = (
  name: string,
  setup: () => Promise<QueueContractSetup>,
  differences: QueueDifferences = {},
): void => {
  describe(`${name} as SQS`, () => {
    let driver: QueueDriver
    let stop: () => Promise<void>

    beforeAll(async () => {
      const started = await setup()
      driver = driveQueues(started.client, differences)
      stop = () => started.stop()
    })
    afterAll(() => stop())

    describe('a standard queue', () => standardQueueContract(() => driver))
    describe('a FIFO queue', () => fifoQueueContract(() => driver))
  })
}
