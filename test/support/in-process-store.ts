import { EventEmitter } from 'node:events'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import dynalite from 'dynalite'
import { ensureTable } from '../../cli/embedded/aws/dynamodb.ts'
import { tableDefinition } from '../../cli/embedded/table-definition.ts'
import { createDynamoStore } from '../../shared/adapters/store/dynamo-store.ts'
import type { LocalStore } from './local-store.ts'

/** What the client hands over and takes back, as far as it is looked at here. */
interface ClientRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}
interface ClientResponse {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: Uint8Array
}

const tableName = 'shelflife'

/** What the engine takes for a signature: it checks that there is one, and no more. */
const signed = {
  authorization: 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=none',
  'x-amz-date': '20260101T000000Z',
}

/**
 * The real store and client on the embedded engine, which keeps its data in memory and is called without a socket: most
 * of the time of tests with many calls would else go into HTTP and the disk.
 */
export async function startInProcessStore(): Promise<LocalStore> {
  const engine = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  const connect = () =>
    new DynamoDBClient({
      endpoint: 'http://127.0.0.1',
      region: 'eu-central-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      signer: {
        sign: async <T extends ClientRequest>(request: T) => ({
          ...request,
          headers: { ...request.headers, ...signed },
        }),
      },
      requestHandler: { handle: async (request: ClientRequest) => ({ response: await answerOf(engine, request) }) },
    })
  const client = connect()
  await ensureTable(client, tableDefinition(tableName))
  const store = createDynamoStore(client, tableName)
  return { store, client, tableName, connect, close: async () => client.destroy() }
}

/** The server's side of one request, as far as the engine looks at it. */
class InProcessResponse {
  statusCode = 200
  readonly headers: Record<string, string> = {}
  readonly #onEnd: (body: string) => void
  constructor(onEnd: (body: string) => void) {
    this.#onEnd = onEnd
  }

  setHeader(name: string, value: unknown): void {
    this.headers[name.toLowerCase()] = String(value)
  }

  end(body = ''): void {
    this.#onEnd(body)
  }
}

function answerOf(engine: EventEmitter, { method, path, headers, body = '' }: ClientRequest): Promise<ClientResponse> {
  const { promise, resolve } = Promise.withResolvers<ClientResponse>()
  const request = Object.assign(new EventEmitter(), { method, url: path, headers })
  const response = new InProcessResponse(text => {
    resolve({ statusCode: response.statusCode, headers: response.headers, body: Buffer.from(text) })
  })
  engine.emit('request', request, response)
  request.emit('data', bytesOf(body))
  request.emit('end')
  return promise
}

/** The client's own arrays warn when they are taken for text, which Buffer.from does to find out. */
const bytesOf = (body: string | Uint8Array): Buffer =>
  typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.byteLength)
