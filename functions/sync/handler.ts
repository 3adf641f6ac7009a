import { Logger } from '@aws-lambda-powertools/logger'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { SQSEvent } from 'aws-lambda'
import { createEventPublisher } from '../../shared/adapters/events/event-publisher.ts'
import { createRegistries } from '../../shared/adapters/registry/registries.ts'
import { createSecretStore } from '../../shared/adapters/secrets/secrets-manager.ts'
import { createDynamoStore } from '../../shared/adapters/store/dynamo-store.ts'
import { readSettings, requireVariable } from '../../shared/lambda/environment.ts'
import { handleBatch } from '../../shared/lambda/partial-batch.ts'
import { retrySoon } from '../../shared/lambda/retry-soon.ts'
import { parseSyncMessage } from '../../shared/sync/parse-message.ts'
import { runTask } from '../../shared/sync/run-task.ts'

const log = new Logger({ serviceName: 'sync' })
const registries = createRegistries({
  settings: readSettings(),
  secrets: createSecretStore(new SecretsManagerClient()),
})
const retry = retrySoon(new SQSClient())
const deps = {
  store: createDynamoStore(new DynamoDBClient(), requireVariable('table')),
  events: createEventPublisher(new EventBridgeClient(), requireVariable('bus')),
  readerFor: registries.reader,
  now: () => new Date(),
}

/** Triggered by the sync queue: hints of the bus and requests of reconcile, each perhaps delivered before. */
export const handler = (event: SQSEvent) =>
  handleBatch(
    event,
    log,
    async record => {
      const task = parseSyncMessage(record.body)
      const { outcome, message: detail } = await runTask(task, deps)
      log.info(outcome, { task, detail })
    },
    retry,
  )
