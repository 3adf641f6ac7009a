import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import { table } from '../../shared/adapters/store/table.ts'

/** The table as the state stack deploys it, for the embedded engine. */
export function tableDefinition(tableName: string): CreateTableCommandInput {
  const keys = [table, ...Object.values(table.indexes)].flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey])
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map(name => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: keySchema(table),
    GlobalSecondaryIndexes: Object.values(table.indexes).map(index => ({
      IndexName: index.name,
      KeySchema: keySchema(index),
      Projection: index.projected
        ? { ProjectionType: 'INCLUDE', NonKeyAttributes: [...index.projected] }
        : { ProjectionType: 'ALL' },
    })),
  }
}

const keySchema = ({
  partitionKey,
  sortKey,
}: {
  partitionKey: string
  sortKey: string
}): CreateTableCommandInput['KeySchema'] => [
  { AttributeName: partitionKey, KeyType: 'HASH' },
  { AttributeName: sortKey, KeyType: 'RANGE' },
]
