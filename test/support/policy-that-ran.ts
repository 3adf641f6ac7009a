import type { PolicyRecord } from '../../shared/domain/records/policies.ts'
import { at } from './records.ts'

/** What is recorded of a policy after a run. */
export const policyThatRan: PolicyRecord = {
  id: 'eu-1/shop/nightly',
  uid: 'u',
  totalDeleted: 12,
  totalFreedBytes: 3_000,
  lastSuccessfulTime: at(60),
  runs: [
    {
      runId: 'r',
      trigger: 'Scheduled',
      result: 'Success',
      startTime: at(0),
      dryRun: false,
      scanned: 9,
      candidates: 3,
      deleted: 3,
      failed: 0,
      keptRecent: 4,
      keptInUse: 1,
      keptExcluded: 1,
      freedBytes: 30,
      message: '',
      items: [],
    },
  ],
  number: 1,
}
