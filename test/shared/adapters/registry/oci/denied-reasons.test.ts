import type { RequestListener } from 'node:http'
import { expect, it } from 'vitest'
import { createOciReader } from '../../../../../shared/adapters/registry/oci/oci-registry.ts'
import { syncReasonOf } from '../../../../../shared/domain/sync-reason.ts'
import { startScriptedServer } from '../../http/scripted-server.ts'
import { json, refusal } from '../fake-registry.ts'

const credential = { username: 'robot', password: 'p4ssw0rd' }
const basic = { 'www-authenticate': 'Basic realm="x"' }
const unauthorized: RequestListener = (_, response) => json(response, 401, refusal('UNAUTHORIZED'), basic)
const forbidden: RequestListener = (_, response) => json(response, 403, refusal('DENIED'))
const webPage: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-type': 'text/html' }).end('<html>log in</html>')
}

/** Sends to the realm that is given, which answers by its status. */
const withRealm =
  (status: number, realm?: string): RequestListener =>
  (request, response) => {
    const own = `http://${request.headers.host}/token`
    if (request.url?.startsWith('/token')) json(response, status, {})
    else json(response, 401, {}, { 'www-authenticate': `Bearer realm="${realm ?? own}",service="x"` })
  }

it.each<[string, RequestListener, typeof credential | undefined, string]>([
  ['401 with a credential', unauthorized, credential, 'AuthenticationFailed'],
  ['401 without one', unauthorized, undefined, 'CredentialsMissing'],
  ['403 with a credential', forbidden, credential, 'PermissionDenied'],
  ['403 without one', forbidden, undefined, 'PermissionDenied'],
  ['a realm that answers 401 to a credential', withRealm(401), credential, 'AuthenticationFailed'],
  ['a realm that answers 401 to nobody', withRealm(401), undefined, 'CredentialsMissing'],
  ['a realm that answers 403', withRealm(403), credential, 'PermissionDenied'],
  ['a realm that answers 404', withRealm(404), credential, 'UnexpectedAnswer'],
  ['a realm that gives no token', withRealm(200), credential, 'UnexpectedAnswer'],
  ['a realm on a host of somebody else', withRealm(200, 'http://evil.example.com/'), credential, 'UnexpectedAnswer'],
  ['a web page', webPage, credential, 'UnexpectedAnswer'],
])('audit F7: %s is told as that', async (_, answer, login, reason) => {
  const server = await startScriptedServer(answer)
  const host = 'registry.example.com'
  const reader = createOciReader({ endpoint: server.url, host, configured: true, credential: login })

  const error = await reader.listRepository('team/app').catch((failure: unknown) => failure)

  expect(syncReasonOf(error)).toBe(reason)
  expect(String(error)).not.toContain(credential.password)
})
