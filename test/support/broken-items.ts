import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb'
import type { LocalStore } from './local-store.ts'

/** The hands of somebody, or of a version, that writes what no version reads. */
export function brokenItems({ client, tableName: TableName }: Pick<LocalStore, 'client' | 'tableName'>) {
  const table = DynamoDBDocument.from(client)
  const get = async (pk: string, sk: string) => (await table.get({ TableName, Key: { pk, sk } })).Item
  return {
    get,
    /** Writes these attributes over those of an item that is there. */
    spoil: async (pk: string, sk: string, attributes: Record<string, unknown>) => {
      const item = await get(pk, sk)
      if (!item) throw new Error(`expected an item ${pk} ${sk}`)
      await table.put({ TableName, Item: { ...item, ...attributes } })
    },
    drop: (pk: string, sk: string) => table.delete({ TableName, Key: { pk, sk } }),
  }
}
