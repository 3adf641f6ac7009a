import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/** The keys of an issuer as Google serves them, and what signs with them. */
export async function startGoogleKeys() {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', use: 'sig', alg: 'RS256' }
  const state = { asked: 0, isDown: false }
  const server = createServer((_, response) => {
    state.asked += 1
    response.writeHead(state.isDown ? 500 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ keys: [jwk] }))
  })
  server.listen(0, '127.0.0.1')
  await new Promise(done => server.once('listening', done))
  const { port } = server.address() as AddressInfo
  return {
    state,
    url: `http://127.0.0.1:${port}/oauth2/v3/certs`,
    sign: (claims: Record<string, unknown>, { key = privateKey, kid = 'one' } = {}) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' }).sign(key),
    close: () => new Promise<void>(done => void server.close(() => done())),
  }
}
