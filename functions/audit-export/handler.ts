import { Logger } from '@aws-lambda-powertools/logger'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { createEventPublisher } from '../../shared/adapters/events/event-publisher.ts'
import { createDynamoStore } from '../../shared/adapters/store/dynamo-store.ts'
import { exportChanges } from '../../shared/audit-export/export-changes.ts'
import { requireVariable } from '../../shared/lambda/environment.ts'

const log = new Logger({ serviceName: 'audit-export' })
const deps = {
  store: createDynamoStore(new DynamoDBClient(), requireVariable('table')),
  events: createEventPublisher(new EventBridgeClient(), requireVariable('bus')),
  now: () => new Date(),
}

/** Triggered by its schedule: publishes what was recorded since. A run beside another or after a killed one repeats events. */
export const handler = async () => {
  const result = await exportChanges(deps)
  // Most runs find nothing.
  log[result.published > 0 ? 'info' : 'debug']('exported', { ...result })
}
