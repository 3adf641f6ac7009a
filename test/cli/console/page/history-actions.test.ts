import { expect, it } from 'vitest'
import { historyActions } from '../../../../cli/console/page/history/history-actions.ts'
import { auditActions } from '../../../../shared/domain/audit.ts'

it('every action of the audit trail can be asked for in the history', () => {
  expect(historyActions.toSorted()).toEqual(auditActions.toSorted())
})
