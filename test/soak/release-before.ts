import { join } from 'node:path'
import type * as dynamoStore from '../../shared/adapters/store/dynamo-store.ts'
import * as errors from '../../shared/errors.ts'
import type { Store } from '../../shared/ports/store.ts'
import { earlierRelease } from '../support/earlier-release.ts'
import { type Code, type CodeParts, codeOf } from './code.ts'
import { type Errors, inWordsOf } from './in-words-of.ts'

/** By the part that each exports. */
const files = {
  takeInventory: 'inventory/take-inventory.ts',
  executeSweep: 'sweep/execute/execute-sweep.ts',
  planPolicies: 'sweep/plan/plan-policies.ts',
  ClusterLists: 'sweep/world/cluster-lists.ts',
  HostWatch: 'sync/hosts/host-watch.ts',
  runGuarded: 'sync/hosts/run-guarded.ts',
  Slots: 'sync/hosts/slots.ts',
  parseSyncMessage: 'sync/parse-message.ts',
} satisfies Record<keyof CodeParts, string>

/** Commit 7b9ec678, the last before installations had names: its use cases are called as those of today are. */
export async function loadReleaseBefore() {
  const shared = join(earlierRelease('0.1.0-7b9ec678'), 'shared')
  const load = (file: string) => import(join(shared, file))
  const parts: CodeParts = Object.assign({}, ...(await Promise.all(Object.values(files).map(load))))
  const { createDynamoStore }: typeof dynamoStore = await load('adapters/store/dynamo-store.ts')
  const theirErrors: Errors = await load('errors.ts')
  return {
    storeOf: createDynamoStore,
    codeOf: (store: Store): Code => inWordsOf(errors)(codeOf(parts, store, inWordsOf(theirErrors))),
  }
}
