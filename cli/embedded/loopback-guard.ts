import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

/**
 * Stands before everything that a loopback server does, and before it reads a body. A web page that points its own name
 * at 127.0.0.1 (DNS rebinding) shows itself by its Host header, one that sends to 127.0.0.1 outright by its Origin. No
 * program that these servers are for sends an Origin, so none is let in: a page could come from a port beside this one.
 */
export const guarded =
  (listener: RequestListener): RequestListener =>
  (request, response) => {
    const refusal = refusalOf(request)
    if (refusal === undefined) listener(request, response)
    else refuse(response, refusal)
  }

/** Any address of 127.0.0.0/8, which no name server can give away, and the names that resolvers keep to themselves. */
const loopbackHost = /^(127(\.\d{1,3}){3}|([^/@\s]+\.)?localhost)(:\d+)?$/i

const refusalOf = ({ headers }: IncomingMessage): string | undefined => {
  if (!loopbackHost.test(headers.host ?? '')) return 'this endpoint answers to loopback names only\n'
  if (headers.origin !== undefined) return 'this endpoint does not answer to web pages\n'
  return undefined
}

const refuse = (response: ServerResponse, text: string): void => {
  // Closed, so that what the client still wants to send is never read.
  response.writeHead(403, { 'content-type': 'text/plain', 'x-content-type-options': 'nosniff', connection: 'close' })
  response.end(text)
}
