import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { NativeAttributeValue, QueryCommandInput } from '@aws-sdk/lib-dynamodb'
import { slices } from '../../domain/slices.ts'
import { ShelflifeError, StoreUnavailableError } from '../../errors.ts'
import { type Documents, documentsOf } from './documents.ts'
import { addition, namesOf } from './expressions.ts'
import type { Key } from './keys.ts'
import { table } from './table.ts'

export type Item = Record<string, NativeAttributeValue>

export interface SortRange {
  readonly from: string
  readonly to: string
}

export interface RangeOptions {
  readonly limit?: number | undefined
  /** As of a moment ago. */
  readonly mayLag?: boolean | undefined
}

/** `next` is where the next page continues. */
export interface ScannedItems {
  readonly items: readonly Item[]
  readonly next?: string
}

/** The few calls the store makes of the table, with foreign errors translated. */
export interface TableClient {
  getItem(key: Key): Promise<Item | undefined>
  /** As of a moment ago; `isExact`: as of now. */
  getItems(keys: readonly Key[], isExact?: boolean): Promise<Item[]>
  /** Every page of one partition, sort keys that begin with `prefix`. */
  queryItems(pk: string, prefix: string): Promise<Item[]>
  /** The same, page by page; `mayLag`: as of a moment ago. */
  queryPages(pk: string, prefix: string, mayLag?: boolean): AsyncGenerator<Item[]>
  /** The first items of one partition in the order of their sort keys, from one to another, both included. */
  queryRange(pk: string, range: SortRange, options?: RangeOptions): AsyncGenerator<Item[]>
  /** Every page of one partition of an index, from one sort key to another, both included, where they are given. */
  queryIndex(index: keyof typeof table.indexes, partition: string, range?: SortRange): Promise<Item[]>
  /** One page of the whole table, of it the items of that sort key; `next` is absent on the last page. */
  scanItems(key: { readonly sk: string }, cursor: string | undefined): Promise<ScannedItems>
  putItem(item: Item): Promise<void>
  putItems(items: readonly Item[]): Promise<void>
  /** One that is not there is deleted already. */
  deleteItems(keys: readonly Key[]): Promise<void>
  /** Adds the numbers to those that the item has, and sets the rest; an item that is not there begins at 0. */
  addToItem(key: Key, numbers: Readonly<Record<string, number>>, set: Item): Promise<void>
  /** False when the condition did not hold. */
  putItemIf(item: Item, condition: string, values: Item): Promise<boolean>
}

const batchGetSize = 100
const batchWriteSize = 25

export function createTableClient(client: DynamoDBClient, tableName: string): TableClient {
  // It copies what is sent and what comes for a log that nobody keeps, which takes a tenth of each call.
  client.middlewareStack.remove('loggerMiddleware')
  const documents = documentsOf(client)
  async function* pagesOf(input: Omit<QueryCommandInput, 'TableName'>, limit = Number.POSITIVE_INFINITY) {
    let ExclusiveStartKey: Item | undefined
    let left = limit
    do {
      const Limit = Number.isFinite(left) ? left : undefined
      const asked = { ...input, TableName: tableName, ExclusiveStartKey, Limit }
      const { Items = [], LastEvaluatedKey } = await translated(() => documents.query(asked))
      yield Items as Item[]
      left -= Items.length
      ExclusiveStartKey = LastEvaluatedKey
    } while (ExclusiveStartKey && left > 0)
  }
  const query = async (input: Omit<QueryCommandInput, 'TableName'>): Promise<Item[]> => {
    const items: Item[] = []
    for await (const page of pagesOf(input)) items.push(...page)
    return items
  }
  const ofPartition = (pk: string, prefix: string, mayLag = false) => ({
    ConsistentRead: !mayLag,
    KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: prefix === '' ? { ':pk': pk } : { ':pk': pk, ':prefix': prefix },
  })

  return {
    getItem: key =>
      translated(async () => (await documents.get({ TableName: tableName, Key: key, ConsistentRead: true })).Item),
    getItems: async (keys, isExact = false) =>
      (
        await Promise.all(slices(keys, batchGetSize).map(slice => batchGet(documents, tableName, slice, isExact)))
      ).flat(),
    queryItems: (pk, prefix) => query(ofPartition(pk, prefix)),
    queryPages: (pk, prefix, mayLag) => pagesOf(ofPartition(pk, prefix, mayLag)),
    queryRange: (pk, { from, to }, { limit, mayLag = false } = {}) =>
      pagesOf(
        {
          ConsistentRead: !mayLag,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
        },
        limit,
      ),
    queryIndex: (index, partition, range) => {
      const { name, partitionKey, sortKey } = table.indexes[index]
      return query({
        IndexName: name,
        KeyConditionExpression: `#partition = :partition${range ? ' AND #sort BETWEEN :from AND :to' : ''}`,
        ExpressionAttributeNames: { '#partition': partitionKey, ...(range && { '#sort': sortKey }) },
        ExpressionAttributeValues: {
          ':partition': partition,
          ...(range && { ':from': range.from, ':to': range.to }),
        },
      })
    },
    scanItems: ({ sk }, cursor) =>
      translated(async () => {
        const page = await documents.scan({
          TableName: tableName,
          FilterExpression: '#sk = :sk',
          ExpressionAttributeNames: { '#sk': table.sortKey },
          ExpressionAttributeValues: { ':sk': sk },
          ...(cursor !== undefined && { ExclusiveStartKey: JSON.parse(cursor) }),
        })
        const { Items = [], LastEvaluatedKey: last } = page
        return { items: Items, ...(last && { next: JSON.stringify(last) }) }
      }),
    putItem: item =>
      translated(async () => {
        await documents.put({ TableName: tableName, Item: item })
      }),
    putItems: async items => {
      const requests = items.map(item => ({ PutRequest: { Item: item } }))
      for (const slice of slices(requests, batchWriteSize)) await batchWrite(documents, tableName, slice)
    },
    deleteItems: async keys => {
      const requests = keys.map(key => ({ DeleteRequest: { Key: key } }))
      for (const slice of slices(requests, batchWriteSize)) await batchWrite(documents, tableName, slice)
    },
    addToItem: (key, numbers, set) =>
      translated(async () => {
        await documents.update({ TableName: tableName, Key: key, ...addition(numbers, set) })
      }),
    putItemIf: (item, condition, values) => conditionalPut(documents, tableName, item, condition, values),
  }
}

async function conditionalPut(documents: Documents, tableName: string, item: Item, condition: string, values: Item) {
  try {
    await translated(() =>
      documents.put({
        TableName: tableName,
        Item: item,
        ConditionExpression: condition,
        ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
        ...namesOf(condition),
      }),
    )
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}

/** What comes back unprocessed is asked again: an answer of 200 alone does not say that all was read. */
async function batchGet(
  documents: Documents,
  tableName: string,
  keys: readonly Key[],
  ConsistentRead: boolean,
): Promise<Item[]> {
  const found: Item[] = []
  let pending: readonly Item[] = keys
  for (let attempt = 0; pending.length > 0; attempt++) {
    await pauseBefore(attempt)
    const answer = await translated(() =>
      documents.batchGet({ RequestItems: { [tableName]: { Keys: [...pending], ConsistentRead } } }),
    )
    found.push(...(answer.Responses?.[tableName] ?? []))
    pending = answer.UnprocessedKeys?.[tableName]?.Keys ?? []
  }
  return found
}

type WriteRequest = { readonly PutRequest: { Item: Item } } | { readonly DeleteRequest: { Key: Item } }

async function batchWrite(documents: Documents, tableName: string, requests: readonly WriteRequest[]) {
  let pending = [...requests]
  for (let attempt = 0; pending.length > 0; attempt++) {
    await pauseBefore(attempt)
    const answer = await translated(() => documents.batchWrite({ RequestItems: { [tableName]: pending } }))
    pending = (answer.UnprocessedItems?.[tableName] ?? []).flatMap(({ PutRequest, DeleteRequest }): WriteRequest[] => {
      if (PutRequest?.Item) return [{ PutRequest: { Item: PutRequest.Item } }]
      return DeleteRequest?.Key ? [{ DeleteRequest: { Key: DeleteRequest.Key } }] : []
    })
  }
}

const maxBatchAttempts = 8

async function pauseBefore(attempt: number): Promise<void> {
  if (attempt === 0) return
  if (attempt >= maxBatchAttempts)
    throw new StoreUnavailableError(`the table left items unprocessed after ${attempt} attempts`, {
      kind: 'rate-limited',
    })
  await new Promise(resolve => setTimeout(resolve, 25 * 2 ** attempt))
}

async function translated<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw translate(error)
  }
}

/** A failed condition passes as it is: the store decides what it means. */
function translate(error: unknown): unknown {
  if (error instanceof ShelflifeError || error instanceof ConditionalCheckFailedException) return error
  if (!(error instanceof Error)) return error
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode
  if (error.name === 'AccessDeniedException' || status === 403)
    return new StoreUnavailableError('the table refused the call: the role lacks a right', {
      kind: 'server',
      cause: error,
    })
  if (error.name === 'ResourceNotFoundException')
    return new StoreUnavailableError('the table does not exist: deploy the state stack, or check TABLE_NAME', {
      kind: 'server',
      cause: error,
    })
  if (error.name === 'ValidationException') return error
  return new StoreUnavailableError('the table did not answer', { kind: 'server', cause: error })
}
