import * as z from 'zod'
import { approvalRecord } from '../../domain/approval.ts'
import type { Store } from '../../ports/store.ts'
import { itemCodec } from './items.ts'
import * as keys from './keys.ts'
import type { TableClient } from './table-client.ts'
import { type OnUnreadable, readable } from './unreadable-items.ts'
import { versionedRecords } from './versioned-records.ts'

/** So that an item stays far below 400 KB, however large the plan was. */
const digestsPerItem = 2000

const digestsCodec = itemCodec(z.strictObject({ digests: z.array(z.string()) }))

type Approvals = Pick<Store, 'listApprovals' | 'saveApproval' | 'saveApprovedDigests' | 'findApprovedDigests'>

/** What people have approved: one item for an approval, and apart from it the digests that it covers. */
export function approvals(table: TableClient, onUnreadable: OnUnreadable): Approvals {
  const records = versionedRecords(table, approvalRecord, ({ policy, hash }) => keys.approvalKey(policy, hash), {
    onUnreadable,
    unreadable: 'none',
  })
  return {
    listApprovals: policy => records.list(keys.approvalsPartition(policy), keys.approvalPrefix),
    saveApproval: records.save,
    async saveApprovedDigests({ policy, hash, repository, digests, expiresAtSeconds }) {
      const items = Array.from({ length: Math.ceil(digests.length / digestsPerItem) }, (_, at) => ({
        ...keys.approvedDigestsKey(policy, hash, repository, at),
        digests: digests.slice(at * digestsPerItem, (at + 1) * digestsPerItem),
        expiresAtSeconds,
      }))
      await table.putItems(items)
    },
    async findApprovedDigests(policy, hash, repository) {
      const prefix = keys.approvedDigestsPrefix(hash, repository)
      const items = await table.queryItems(keys.approvalsPartition(policy), prefix)
      return new Set(readable(items, digestsCodec.fromItem, onUnreadable).flatMap(({ digests }) => digests))
    },
  }
}
