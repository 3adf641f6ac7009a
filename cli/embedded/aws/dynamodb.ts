import { mkdirSync } from 'node:fs'
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  type TableDescription,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { InvalidInputError } from '../../../shared/errors.ts'
import { noteOwnTable, type OwnTransport } from '../../../shared/own-aws.ts'
import type { AccessKey } from '../access-key.ts'
import { openEngine } from './dynamodb-engine.ts'
import type { EngineAnswer, EngineCall } from './engine-call.ts'
import { lockFolder } from './folder-lock.ts'

export interface LocalDynamodb {
  /** `http://127.0.0.1:PORT`, for signed requests. */
  readonly endpoint: string
  /** By it the clients of this process reach the engine without sockets and signatures. */
  readonly transport: OwnTransport
  close(): Promise<void>
}

const tableDeadlineSeconds = 10

export interface LocalDynamodbOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number
  readonly dataDir: string
  /** Requests that are not signed with it are refused. */
  readonly accessKey: AccessKey
}

/** The embedded DynamoDB engine on 127.0.0.1, with its data in `dataDir`. A folder another process uses is refused. */
export const startDynamodb = async ({ port = 0, dataDir, accessKey }: LocalDynamodbOptions): Promise<LocalDynamodb> => {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const unlock = lockFolder(dataDir)
  try {
    const { endpoint, call, close } = await openEngine({ port, dataDir, accessKey })
    return { endpoint, transport: transportOf(call), close: () => close().finally(unlock) }
  } catch (error) {
    unlock()
    throw error
  }
}

interface TableRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** Buffer.from would ask a body of bytes for its text, of which the SDK warns. */
const bytesOf = (body: string | Uint8Array): Uint8Array =>
  typeof body === 'string' ? new TextEncoder().encode(body) : body

const transportOf = (call: (call: EngineCall) => Promise<EngineAnswer>): OwnTransport => {
  const requestHandler = {
    metadata: { handlerProtocol: 'message' },
    handle: async ({ headers, body = '' }: TableRequest) => {
      const { status: statusCode, text } = await call({ target: headers['x-amz-target'] ?? '', body: bytesOf(body) })
      return {
        response: { statusCode, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: bytesOf(text) },
      }
    },
    destroy: () => undefined,
  }
  noteOwnTable(requestHandler, (operation, input) =>
    call({ target: `DynamoDB_20120810.${operation}`, body: bytesOf(input) }),
  )
  return { requestHandler, signer: { sign: async request => request } }
}

/**
 * Makes the table when it is not there, and returns when it can be used. A table of that name with other keys or
 * indexes, as another version may have left it, is an InvalidInputError.
 */
export const ensureTable = async (client: DynamoDBClient, definition: CreateTableCommandInput): Promise<void> => {
  const existing = await findTable(client, definition)
  if (existing) checkTable(existing, definition)
  else await createTable(client, definition)
  const waiter = { client, minDelay: 0.02, maxDelay: 0.2, maxWaitTime: tableDeadlineSeconds }
  await waitUntilTableExists(waiter, { TableName: definition.TableName })
}

const findTable = async (client: DynamoDBClient, { TableName }: CreateTableCommandInput) => {
  try {
    return (await client.send(new DescribeTableCommand({ TableName }))).Table
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}

const createTable = async (client: DynamoDBClient, definition: CreateTableCommandInput): Promise<void> => {
  try {
    await client.send(new CreateTableCommand(definition))
  } catch (error) {
    // Another caller was faster, and made it from the same definition.
    if (!(error instanceof ResourceInUseException)) throw error
  }
}

const checkTable = (existing: TableDescription, definition: CreateTableCommandInput): void => {
  const found = shapeOf(existing)
  const expected = shapeOf(definition)
  if (found === expected) return
  throw new InvalidInputError(
    `table ${definition.TableName} has other keys or indexes than this version needs: expected ${expected}, found ${found}; use another data folder, or remove this one`,
  )
}

type Keyed = Pick<CreateTableCommandInput, 'KeySchema'> & { IndexName?: string | undefined }

const shapeOf = (table: TableDescription | CreateTableCommandInput): string => {
  const indexes: Keyed[] = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])]
  return [keysOf(table), ...indexes.map(index => `${index.IndexName}=${keysOf(index)}`).sort()].join(' ')
}

const keysOf = (keyed: Keyed): string => (keyed.KeySchema ?? []).map(key => key.AttributeName).join('+')
