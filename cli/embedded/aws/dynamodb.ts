import { mkdirSync } from 'node:fs'
import type { RequestListener, Server } from 'node:http'
import { join } from 'node:path'
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
import dynalite from 'dynalite'
import { InvalidInputError } from '../../../shared/errors.ts'
import type { AccessKey } from '../access-key.ts'
import { guarded } from '../loopback-guard.ts'
import { closeIteratorsOnReturn } from './close-iterators.ts'
import { lockFolder } from './folder-lock.ts'
import { closeServer, listenOnLoopback } from './listen.ts'
import { signedListener } from './signed-listener.ts'

export interface LocalDynamodb {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
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
export const startDynamodb = async (options: LocalDynamodbOptions): Promise<LocalDynamodb> => {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 })
  const unlock = lockFolder(options.dataDir)
  const path = join(options.dataDir, 'leveldb')
  closeIteratorsOnReturn()
  const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  guardEngine(server, options.accessKey)
  try {
    const port = await listenOnLoopback(server, options.port ?? 0, 'the embedded DynamoDB')
    return { endpoint: `http://127.0.0.1:${port}`, close: () => closeServer(server).finally(unlock) }
  } catch (error) {
    // The engine lets go of its database only through a server that has listened.
    await listenOnLoopback(server, 0, 'the embedded DynamoDB')
    await closeServer(server).finally(unlock)
    throw error
  }
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

/** The engine takes any signature, and answers every web page that it may read. */
const guardEngine = (server: Server, accessKey: AccessKey): void => {
  const [engine] = server.listeners('request') as RequestListener[]
  if (engine === undefined) throw new Error('expected an engine that listens for requests')
  server.removeAllListeners('request')
  server.on('request', guarded(signedListener(accessKey, engine)))
}
