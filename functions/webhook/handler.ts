import { correlated } from '../../shared/ports/messaging.ts'
import { openHints } from '../compose/messaging.ts'
import { openSecrets } from '../compose/secrets.ts'
import { now, openStore } from '../compose/state.ts'
import { openPushTokens } from '../compose/tokens.ts'
import { readSettings } from '../runtime/environment.ts'
import { httpHandler } from '../runtime/http-handler.ts'
import { createDeliveryNotes } from './note-deliveries.ts'
import { receiveWebhook } from './receive-webhook.ts'
import { loggedPath } from './route.ts'

const settings = readSettings()
const secrets = openSecrets()
const events = openHints()
const tokens = openPushTokens()
const notes = createDeliveryNotes({ store: openStore('webhook'), now })

/** Triggered by whatever way in the installation has. Registries repeat deliveries; what is read again shows nothing new. */
export const handler = httpHandler('webhook', async (request, { log, awsRequestId }) => {
  log.appendPersistentKeys({ correlation_id: awsRequestId })
  const deps = { settings, secrets, tokens, notes, now, events: correlated(events, awsRequestId), log }
  const answer = await receiveWebhook(request, deps)
  log.info('webhook', {
    from: request.sourceIp,
    method: request.method,
    path: loggedPath(request.path),
    statusCode: answer.statusCode,
    detail: answer.message,
  })
  return answer
})
