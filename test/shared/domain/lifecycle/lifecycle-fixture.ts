import * as fc from 'fast-check'
import type { ImageFacts } from '../../../../shared/domain/lifecycle/image-facts.ts'
import { type LifecycleState, stateOf } from '../../../../shared/domain/lifecycle/states.ts'
import { isRefused, type Outcome } from '../../../../shared/domain/lifecycle/transition.ts'
import { actionOf, type Verb } from '../../../../shared/domain/lifecycle/transition-entry.ts'
import * as verbs from '../../../../shared/domain/lifecycle/transitions.ts'
import { type BegunDeletion, type ImageRecord, type Mark, stages } from '../../../../shared/domain/records/images.ts'
import { at, digestOf, imageDraft } from '../../../support/records.ts'

export const policy = 'eu-1/team/cleanup'

export const begunEarlier: BegunDeletion = {
  policy: 'eu-1/team/earlier',
  runId: 'run-0',
  at: at(0),
  reason: 'older than 30 days',
  facts: [],
  tags: ['v1'],
  isFailure: true,
}

export const markOf = (rest: Partial<Mark> = {}): Mark => ({
  policy,
  policyHash: 'hash',
  runId: 'run-1',
  markedAt: at(0),
  deleteAfter: at(3600),
  reason: 'not among the newest 1',
  facts: [],
  ...rest,
})

export const recordOf = (rest: Partial<ImageRecord> = {}): ImageRecord => ({
  ...imageDraft('registry.example.com/team/app', rest),
  number: 1,
})

const begun = { runId: 'run-1', startedAt: at(0), tags: ['v1'] }

/** One record in each of the states. */
export const examples: Readonly<Record<LifecycleState, ImageRecord | undefined>> = {
  unknown: undefined,
  introduced: recordOf(),
  used: recordOf({ stage: 'Use' }),
  unused: recordOf({ stage: 'Maintenance' }),
  marked: recordOf({ stage: 'Cleanup', mark: markOf() }),
  deleting: recordOf({ stage: 'Cleanup', mark: markOf(), deletion: begun }),
  gone: recordOf({ stage: 'Maintenance', goneAt: at(10) }),
}

/** What a transition is given beside the record. */
export interface Circumstances {
  readonly isUsed: boolean
  readonly isGone: boolean
  readonly byItsExecution: boolean
  readonly runId: string
  readonly mark: Mark
  readonly tags: readonly string[]
  readonly pulledAt: Date
  readonly now: Date
}

export const circumstancesOf = (rest: Partial<Circumstances> = {}): Circumstances => ({
  isUsed: false,
  isGone: true,
  byItsExecution: false,
  runId: 'run-1',
  mark: markOf(),
  tags: ['v1', 'v2'],
  pulledAt: at(100),
  now: at(100),
  ...rest,
})

const facts: ImageFacts = {
  repository: 'registry.example.com/team/app',
  digest: digestOf('one'),
  pushedAt: { at: at(50), source: 'registry' },
}

export const allVerbs = Object.keys(actionOf) as Verb[]

/** Makes any of the transitions. */
export function transit(verb: Verb, record: ImageRecord | undefined, given: Circumstances): Outcome {
  const { isUsed, isGone, byItsExecution, runId, now } = given
  const why = { id: 'entry', actor: 'test', reason: 'a reason', runId, isUsed }
  const transitions: Record<Verb, () => Outcome> = {
    found: () => verbs.found(record, facts, why, now),
    refreshed: () => verbs.refreshed(record, { pulledAt: given.pulledAt }, why, now),
    used: () => verbs.used(record, why, now),
    unused: () => verbs.unused(record, why, now),
    marked: () => verbs.marked(record, given.mark, why, now),
    lifted: () => verbs.lifted(record, { ...why, byItsExecution }, now),
    deletionBegun: () => verbs.deletionBegun(record, { tags: given.tags }, why, now),
    deletionFailed: () => verbs.deletionFailed(record, why, now),
    deleted: () => verbs.deleted(record, { ...why, isGone }, now),
    archived: () => verbs.archived(record, why, now),
    objectDeleted: () => verbs.objectDeleted(record, why, now),
    gone: () => verbs.gone(record, why, now),
    toldOfGone: () => verbs.toldOfGone(record, why, now),
    restoreBegun: () => verbs.restoreBegun(record, facts, why, now),
    restored: () => verbs.restored(record, facts, why, now),
  }
  return transitions[verb]()
}

/** The state that a transition leads to, or why it was refused, in brackets. */
export const endOf = (outcome: Outcome): string =>
  isRefused(outcome) ? `(${outcome.refused})` : stateOf({ ...outcome.draft, number: 2 })

const arbitraryDate = fc.integer({ min: 0, max: 3600 }).map(at)
const arbitraryRun = fc.constantFrom('run-1', 'run-2')

export const arbitraryMark: fc.Arbitrary<Mark> = fc
  .record({ policy: fc.constantFrom(policy, 'eu-1/team/other'), markedAt: arbitraryDate, runId: arbitraryRun })
  .map(markOf)

/** Any record that the schema lets through, also ones that no version ever wrote. */
export const arbitraryRecord: fc.Arbitrary<ImageRecord | undefined> = fc.option(
  fc
    .record(
      {
        stage: fc.constantFrom(...stages),
        mark: arbitraryMark,
        deletion: fc.record({ runId: arbitraryRun, startedAt: arbitraryDate, tags: fc.subarray(['v1', 'v2']) }),
        begunBy: fc.constant('eu-1/team/earlier'),
        begun: fc.constant(begunEarlier),
        pulledAt: arbitraryDate,
        goneAt: arbitraryDate,
      },
      { requiredKeys: ['stage'] },
    )
    .map(recordOf),
  { nil: undefined },
)

export const arbitraryCircumstances: fc.Arbitrary<Circumstances> = fc
  .record({
    isUsed: fc.boolean(),
    isGone: fc.boolean(),
    byItsExecution: fc.boolean(),
    runId: arbitraryRun,
    mark: arbitraryMark,
    tags: fc.subarray(['v1', 'v2', 'v3']),
    pulledAt: arbitraryDate,
    now: arbitraryDate,
  })
  .map(circumstancesOf)
