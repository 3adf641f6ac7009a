import { Logger } from '@aws-lambda-powertools/logger'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { createEventPublisher } from '../../shared/adapters/events/event-publisher.ts'
import { createSecretStore } from '../../shared/adapters/secrets/secrets-manager.ts'
import { readSettings, requireVariable } from '../../shared/lambda/environment.ts'
import { receiveWebhook } from './receive-webhook.ts'

const log = new Logger({ serviceName: 'webhook' })
const deps = {
  settings: readSettings(),
  secrets: createSecretStore(new SecretsManagerClient()),
  events: createEventPublisher(new EventBridgeClient(), requireVariable('bus')),
}

/** Triggered by the Function URL. Registries repeat deliveries; the queue behind the bus sees to that. */
export const handler = async (event: APIGatewayProxyEventV2) => {
  const { method, path } = event.requestContext.http
  const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8')
  const { statusCode, message } = await receiveWebhook({ method, path, headers: event.headers, body }, deps)
  log.info('webhook', { method, path, statusCode, detail: message })
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message }) }
}
