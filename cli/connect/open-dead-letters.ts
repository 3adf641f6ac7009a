import { SQSClient } from '@aws-sdk/client-sqs'
import { createDeadLetters } from '../../shared/adapters/events/dead-letters.ts'
import type { DeadLetters } from '../../shared/ports/dead-letters.ts'
import type { QueueName } from '../../shared/wiring.ts'
import type { LocalAddress } from './local-address.ts'

/** Those of an installation; a module of its own, since only one command needs a client of queues. */
export async function openDeadLetters({
  others,
  findQueueUrls,
}: Pick<LocalAddress, 'others' | 'findQueueUrls'>): Promise<Record<QueueName, DeadLetters>> {
  const urls = await findQueueUrls()
  const client = new SQSClient(others)
  return {
    hints: createDeadLetters(client, urls.hints),
    sync: createDeadLetters(client, urls.sync),
    reconcile: createDeadLetters(client, urls.reconcile),
    sweep: createDeadLetters(client, urls.sweep),
  }
}
