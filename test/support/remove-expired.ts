import { removeExpired as removeFrom } from '../../cli/embedded/aws/expired-items.ts'
import { table as keys } from '../../shared/adapters/store/table.ts'
import type { LocalStore } from './local-store.ts'

/** Removes what has expired, as DynamoDB does within some days. */
export const removeExpired = (table: Pick<LocalStore, 'client' | 'tableName'>, now: Date): Promise<void> =>
  removeFrom({ ...table, keys }, now)
