import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import pMap from 'p-map'
import { messageGroupOf } from '../../domain/message-group.ts'
import { slices } from '../../domain/slices.ts'
import { UnavailableError } from '../../errors.ts'
import type { EventPublisher } from '../../ports/messaging.ts'
import { bus } from '../../wiring.ts'

/** PutEvents takes at most ten entries. @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const batchSize = 10

/** Batches on their way at once: five hundred one after the other outlast an invocation of the export. */
const batchesAtOnce = 16

/** Publishes to the bus of that name. An answer of 200 with failed entries is a failure. */
export function createEventPublisher(client: EventBridgeClient, busName: string): EventPublisher {
  return {
    async publishEvents(type, details) {
      const entries = details.map(detail => ({
        EventBusName: busName,
        Source: bus.source,
        DetailType: type,
        Detail: JSON.stringify({ ...detail, group: messageGroupOf(detail) }),
      }))
      await pMap(
        slices(entries, batchSize),
        async Entries => {
          const answer = await client.send(new PutEventsCommand({ Entries }))
          if (answer.FailedEntryCount)
            throw new UnavailableError(`the bus refused ${answer.FailedEntryCount} events`, { kind: 'server' })
        },
        { concurrency: batchesAtOnce },
      )
    },
  }
}
