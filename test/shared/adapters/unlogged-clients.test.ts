import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'
import { createArchiveClient } from '../../../shared/adapters/archive/s3-archive.ts'
import { createTableClient } from '../../../shared/adapters/store/table-client.ts'

const region = 'eu-central-1'
const preparesLog = ({ middlewareStack }: DynamoDBClient | S3Client): boolean =>
  middlewareStack.identify().some(name => name.startsWith('loggerMiddleware'))

it('clients of the table and of the archive prepare nothing for a log, as they would by themselves', () => {
  const client = new DynamoDBClient({ region })
  const before = [client, new S3Client({ region })].map(preparesLog)

  createTableClient(client, 'shelflife')

  expect([before, preparesLog(client), preparesLog(createArchiveClient())]).toEqual([[true, true], false, false])
})
