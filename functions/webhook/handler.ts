import { correlated } from '../../shared/ports/messaging.ts'
import { openHints } from '../compose/messaging.ts'
import { openSecrets } from '../compose/secrets.ts'
import { readSettings } from '../runtime/environment.ts'
import { httpHandler } from '../runtime/http-handler.ts'
import { receiveWebhook } from './receive-webhook.ts'

const settings = readSettings()
const secrets = openSecrets()
const events = openHints()

/** A stranger's path may be as long as an address is. */
const maxLoggedPath = 200

/** Triggered by the Function URL. Registries repeat deliveries; what is read again shows nothing new. */
export const handler = httpHandler('webhook', async (request, { log, awsRequestId }) => {
  log.appendPersistentKeys({ correlation_id: awsRequestId })
  const answer = await receiveWebhook(request, { settings, secrets, events: correlated(events, awsRequestId), log })
  log.info('webhook', {
    method: request.method,
    path: request.path.slice(0, maxLoggedPath),
    statusCode: answer.statusCode,
    detail: answer.message,
  })
  return answer
})
