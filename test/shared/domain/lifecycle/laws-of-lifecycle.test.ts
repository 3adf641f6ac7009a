import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { auditActions } from '../../../../shared/domain/audit.ts'
import { normalized, stateOf } from '../../../../shared/domain/lifecycle/states.ts'
import { isRefused, refusals } from '../../../../shared/domain/lifecycle/transition.ts'
import { actionOf, type Verb } from '../../../../shared/domain/lifecycle/transition-entry.ts'
import { type ImageRecord, imageRecord } from '../../../../shared/domain/records/images.ts'
import { allVerbs, arbitraryCircumstances, arbitraryRecord, type Circumstances, transit } from './lifecycle-fixture.ts'

const arbitraryVerb = fc.constantFrom(...allVerbs)

/** A law over every transition of every record that the schema lets through. */
const law = (
  name: string,
  holds: (verb: Verb, record: ImageRecord | undefined, given: Circumstances) => void,
): void => {
  it(name, () =>
    fc.assert(fc.property(arbitraryVerb, arbitraryRecord, arbitraryCircumstances, holds), { numRuns: 2000 }),
  )
}

/** What is true of a record in its state. */
function expectSound(record: ImageRecord): void {
  expect(record.stage === 'Cleanup', 'in Cleanup').toBe(record.mark !== undefined)
  if (record.deletion !== undefined) expect(record.mark, 'mark of a deletion').toBeDefined()
  if (record.goneAt !== undefined) expect(record.mark, 'mark of what is gone').toBeUndefined()
}

law('no transition leaves a record in Cleanup without a mark, nor any part of another state', (verb, record, given) => {
  const outcome = transit(verb, record, given)

  if (!isRefused(outcome)) expectSound({ ...outcome.draft, number: 2 })
})

law('every transition of every state ends with a record or with a named refusal', (verb, record, given) => {
  const outcome = transit(verb, record, given)

  if (isRefused(outcome)) expect(refusals).toContain(outcome.refused)
  else expect(imageRecord.safeParse({ ...outcome.draft, number: 2 }).error).toBeUndefined()
})

law('a transition writes its own audit action, over the record that it was given', (verb, record, given) => {
  const outcome = transit(verb, record, given)

  if (isRefused(outcome)) return
  expect(outcome.previous).toBe(record)
  expect(outcome.draft.change).toMatchObject({ action: actionOf[verb], at: given.now, digest: outcome.draft.digest })
})

law(
  'what is taken from a record in no state of its own is that of a record normalized first',
  (verb, record, given) => {
    const outcome = transit(verb, record, given)

    const ofMended = transit(verb, record && normalized(record), given)
    expect({ ...outcome, draft: isRefused(outcome) ? undefined : outcome.draft, previous: undefined }).toEqual({
      ...ofMended,
      draft: isRefused(ofMended) ? undefined : ofMended.draft,
      previous: undefined,
    })
  },
)

law('only its execution takes a mark off an image that it deletes', (verb, record, given) => {
  if (stateOf(record) !== 'deleting') return
  const outcome = transit(verb, record, {
    ...given,
    byItsExecution: false,
    now: record?.deletion?.startedAt ?? given.now,
  })

  if (!isRefused(outcome) && outcome.draft.mark === undefined)
    expect(['deletionFailed', 'deleted', 'archived', 'objectDeleted', 'restored']).toContain(verb)
})

it('every audit action of an image belongs to exactly one transition', () => {
  const ofTags = ['tag-created', 'tag-moved', 'tag-gone']
  const ofPlans = ['approved']
  const former = ['stage-changed']
  const ofNone = ['unreadable']
  const ofImages = auditActions.filter(action => ![...ofTags, ...ofPlans, ...former, ...ofNone].includes(action))

  const written = Object.values(actionOf)

  expect([...written].sort()).toEqual([...ofImages].sort())
})

it('every way through the life of an image keeps its record sound', () => {
  const steps = fc.array(fc.tuple(arbitraryVerb, arbitraryCircumstances), { minLength: 1, maxLength: 20 })
  const seen = new Set<string>()

  fc.assert(
    fc.property(steps, walk => {
      let record: ImageRecord | undefined
      for (const [verb, given] of walk) {
        const outcome = transit(verb, record, given)
        if (isRefused(outcome)) continue
        record = { ...outcome.draft, number: (record?.number ?? 0) + 1 }
        expectSound(record)
        seen.add(stateOf(record))
      }
    }),
    { numRuns: 3000 },
  )

  expect([...seen].sort()).toEqual(['deleting', 'gone', 'introduced', 'marked', 'unused', 'used'])
})
