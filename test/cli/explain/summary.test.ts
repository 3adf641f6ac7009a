import { expect, it } from 'vitest'
import type { PolicyExplanation } from '../../../cli/explain/explanation.ts'
import { summaryOf } from '../../../cli/explain/summary.ts'

const deleting = (policy: string, rest: Partial<PolicyExplanation>): PolicyExplanation => ({
  policy,
  verdict: 'delete',
  rule: 'none',
  reason: `not kept by ${policy}`,
  facts: [],
  protectedBy: [],
  ranks: [],
  saves: [],
  stoppedBy: [],
  ...rest,
})

const summaryBy = (...policies: PolicyExplanation[]) =>
  summaryOf({ state: 'to-delete', policies, mark: undefined, gone: undefined, unjudged: undefined })

const later = { deletion: { after: '2026-01-02T00:00:00Z', text: 'deleted later' } }
const sooner = { deletion: { after: '2026-01-01T00:00:00Z', text: 'deleted sooner' } }
const byHand = { deletion: { text: 'not deleted by itself' } }
const dry = { stoppedBy: ['the policy is on dry run'], deletion: { text: 'not deleted while it is on dry run' } }

it('names of several policies that would delete it the one that will, and the first of those', () => {
  const all = [deleting('a', dry), deleting('b', byHand), deleting('c', later), deleting('d', sooner)]

  expect(summaryBy(...all)).toBe('would be deleted by d: not kept by d; deleted sooner')
  expect(summaryBy(...all.slice(0, 2))).toBe('would be deleted by b: not kept by b; not deleted by itself')
  expect(summaryBy(...all.slice(0, 1))).toContain('not deleted while it is on dry run')
})
