import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Store } from '../../shared/ports/store.ts'
import * as theirs from '../fixtures/code-6e1a4d3.mjs'

/**
 * The table as the code of commit 6e1a4d3 writes and reads it: whatever it calls the same is
 * looked at and counted like today's.
 */
export const storeOfYesterday = (client: DynamoDBClient, tableName: string): Store =>
  theirs.createDynamoStore(client, tableName) as Store
