import { Readable } from 'node:stream'
import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import { noteOwnBuckets, type OwnTransport, type PutOwnObject } from '../../../shared/own-aws.ts'

/** As the SDK hands it over; a body of many parts is read as it is sent. */
interface S3Request {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | string[] | null>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer> | Readable
}

/** Lets the clients of this process ask the routes without sockets and signatures, and write whole objects past them too. */
export function s3Transport(routes: Hono<{ Bindings: HttpBindings }>, put: PutOwnObject): OwnTransport {
  const requestHandler = {
    metadata: { handlerProtocol: 'own' },
    handle: async ({ method, path, query = {}, headers, body }: S3Request) => {
      const url = `${path}${queryText(query)}`
      const sent = body instanceof Readable ? (Readable.toWeb(body) as ReadableStream) : body
      const init = { method, headers, body: sent ?? null, duplex: 'half' } as const
      const request = new Request(`http://127.0.0.1${url}`, init)
      // The path as it was sent: a URL object has resolved the `..` of a key.
      const response = await routes.fetch(request, { incoming: { url } } as HttpBindings)
      return {
        response: {
          statusCode: response.status,
          headers: Object.fromEntries(response.headers),
          body: bodyOf(response),
        },
      }
    },
    destroy: () => undefined,
  }
  noteOwnBuckets(requestHandler, put)
  return { requestHandler, signer: { sign: async request => request } }
}

const bodyOf = ({ body }: Response) =>
  body ? Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]) : new Uint8Array()

const queryText = (query: NonNullable<S3Request['query']>): string => {
  const text = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) for (const one of [value ?? ''].flat()) text.append(name, one)
  return text.size > 0 ? `?${text}` : ''
}
