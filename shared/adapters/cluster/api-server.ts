import http from 'node:http'
import https from 'node:https'

/** An API server, and the way to prove who we are there. */
export interface ApiServer {
  /** With the path prefix that it may have, without a slash at its end. */
  readonly url: string
  readonly host: string
  /** TLS settings, credentials and a keep-alive agent for one request; asked each time because tokens are renewed. */
  requestOptions(): Promise<https.RequestOptions>
  /** The same server with a token in the place of the one that was refused; undefined where no other is to be had. */
  withNewToken?(): ApiServer | undefined
}

/** The client library makes one without keep-alive. Idle sockets go early, because a frozen function finds them dead. */
export const keepAliveAgent = (url: URL): http.Agent =>
  new (url.protocol === 'https:' ? https.Agent : http.Agent)({ keepAlive: true, maxSockets: 64, timeout: 5_000 })
