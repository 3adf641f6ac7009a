import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DecisionJson } from '../../../cli/plan/decision-json.ts'
import type { PlannedDecision } from '../../../cli/plan/plan.ts'
import { digestOf } from '../../shared/domain/retention/retention-world.ts'

const text = fc.oneof(
  fc.constantFrom('', 'v1', 'registry.example.com/app', 'among the newest 3 releases', '"', '\\', '\n', 'é', '\ud800'),
  fc.string({ maxLength: 20, unit: 'binary' }),
)
const texts = fc.array(text, { maxLength: 3 })
const mark = fc.record({ policy: text, markedAt: text, deleteAfter: text })
const decision: fc.Arbitrary<PlannedDecision> = fc.record(
  {
    repository: text,
    digest: fc.constantFrom(digestOf('v1'), digestOf('v2')),
    tags: texts,
    verdict: fc.constantFrom('keep', 'delete'),
    rule: fc.constantFrom('none', 'keepRecent', 'in-use'),
    reason: text,
    facts: texts,
    protectedBy: texts,
    deletedTags: texts,
    mark,
  },
  { requiredKeys: ['repository', 'digest', 'tags', 'verdict', 'rule', 'reason', 'facts', 'protectedBy'] },
)

describe('the JSON of a decision', () => {
  it('is what JSON.stringify writes, whatever came before it and whatever the texts hold', () => {
    const holds = (decisions: readonly PlannedDecision[]) => {
      const json = new DecisionJson()

      const written = decisions.map(one => json.of(one))

      expect(written).toEqual(decisions.map(one => stringified(one)))
    }
    fc.assert(fc.property(fc.array(decision, { maxLength: 8 }), holds), { numRuns: 500 })
  })
})

/** In the order of fields that the schema names. */
const stringified = ({ repository, digest, tags, verdict, rule, reason, ...more }: PlannedDecision): string => {
  const { facts, protectedBy, deletedTags, mark } = more
  return JSON.stringify({ repository, digest, tags, verdict, rule, reason, facts, protectedBy, deletedTags, mark })
}
