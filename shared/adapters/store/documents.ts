import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  type BatchGetCommandInput,
  type BatchWriteCommandInput,
  DynamoDBDocument,
  type GetCommandInput,
  type PutCommandInput,
  type QueryCommandInput,
  type ScanCommandInput,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { findOwnTable, type OwnTable } from '../../own-aws.ts'
import { attributesOf, nativesOf } from './attributes.ts'

const item = z.custom<object>(value => typeof value === 'object' && value !== null).transform(nativesOf)
const page = z.object({ Items: z.array(item).optional(), LastEvaluatedKey: item.optional() })
const answers = {
  get: z.object({ Item: item.optional() }),
  page,
  batchGet: z.object({
    Responses: z.record(z.string(), z.array(item)).optional(),
    UnprocessedKeys: z.record(z.string(), z.object({ Keys: z.array(item).optional() })).optional(),
  }),
  batchWrite: z.object({
    UnprocessedItems: z
      .record(
        z.string(),
        z.array(
          z.object({
            PutRequest: z.object({ Item: item.optional() }).optional(),
            DeleteRequest: z.object({ Key: item.optional() }).optional(),
          }),
        ),
      )
      .optional(),
  }),
  written: z.object({}),
}
const failure = z.object({ __type: z.string(), message: z.string().optional() })

type Answer<K extends keyof typeof answers> = z.output<(typeof answers)[K]>

/** Of a client of documents the calls that the table client makes. */
export interface Documents {
  get(input: GetCommandInput): Promise<Answer<'get'>>
  put(input: PutCommandInput): Promise<unknown>
  update(input: UpdateCommandInput): Promise<unknown>
  query(input: QueryCommandInput): Promise<Answer<'page'>>
  scan(input: ScanCommandInput): Promise<Answer<'page'>>
  batchGet(input: BatchGetCommandInput): Promise<Answer<'batchGet'>>
  batchWrite(input: BatchWriteCommandInput): Promise<Answer<'batchWrite'>>
}

/**
 * Of a page of a table in this process, where a request costs next to nothing: it is there several times at once, as the engine's
 * items, text, JSON and values, and what reads a repository reads many.
 */
const ownPageItems = 200

/** Of a table that this process holds, without what the client does for each request on its way to a server. */
export function documentsOf(client: DynamoDBClient): Documents {
  const own = findOwnTable(client.config.requestHandler)
  if (own) return ownDocuments(own)
  return DynamoDBDocument.from(client, { marshallOptions: { removeUndefinedValues: true } })
}

function ownDocuments(own: OwnTable): Documents {
  const send = async <K extends keyof typeof answers>(
    operation: string,
    input: object,
    kind: K,
  ): Promise<Answer<K>> => {
    const { status, text } = await own(operation, JSON.stringify(input))
    const answer: unknown = JSON.parse(text)
    if (status !== 200) throw errorOf(status, failure.parse(answer))
    return answers[kind].parse(answer) as Answer<K>
  }
  return {
    get: input => send('GetItem', encoded(input), 'get'),
    put: input => send('PutItem', encoded(input), 'written'),
    update: input => send('UpdateItem', encoded(input), 'written'),
    query: input => send('Query', paged(input), 'page'),
    scan: input => send('Scan', paged(input), 'page'),
    batchGet: ({ RequestItems: tables = {} }) =>
      send(
        'BatchGetItem',
        { RequestItems: ofEach(tables, ({ Keys = [], ...rest }) => ({ ...rest, Keys: Keys.map(attributesOf) })) },
        'batchGet',
      ),
    batchWrite: ({ RequestItems: tables = {} }) =>
      send('BatchWriteItem', { RequestItems: ofEach(tables, requests => requests.map(ofWrite)) }, 'batchWrite'),
  }
}

/** The names under which an input holds values. */
const valued = ['Key', 'Item', 'ExpressionAttributeValues', 'ExclusiveStartKey'] as const
type Valued = { readonly [name in (typeof valued)[number]]?: Parameters<typeof attributesOf>[0] | undefined }

function encoded(input: Valued): object {
  const attributes: Record<string, object> = {}
  for (const name of valued) if (input[name] !== undefined) attributes[name] = attributesOf(input[name])
  return { ...input, ...attributes }
}

const paged = (input: Valued & { readonly Limit?: number | undefined }): object => ({
  ...encoded(input),
  Limit: Math.min(input.Limit ?? ownPageItems, ownPageItems),
})

type WriteRequest = NonNullable<BatchWriteCommandInput['RequestItems']>[string][number]

const ofWrite = ({ PutRequest, DeleteRequest }: WriteRequest): object => ({
  ...(PutRequest && { PutRequest: { Item: attributesOf(PutRequest.Item ?? {}) } }),
  ...(DeleteRequest && { DeleteRequest: { Key: attributesOf(DeleteRequest.Key ?? {}) } }),
})

const ofEach = <T>(tables: Readonly<Record<string, T>>, to: (value: T) => object): Record<string, object> =>
  Object.fromEntries(Object.entries(tables).map(([name, value]) => [name, to(value)]))

/** As the client throws it: the name without the namespace. */
function errorOf(status: number, { __type: type, message = type }: z.output<typeof failure>): Error {
  const name = type.slice(type.indexOf('#') + 1)
  const $metadata = { httpStatusCode: status }
  if (name === ConditionalCheckFailedException.name) return new ConditionalCheckFailedException({ message, $metadata })
  return Object.assign(new Error(message), { name, $metadata })
}
