import { describe, expect, it } from 'vitest'
import { deletionBehind } from '../../../../shared/domain/lifecycle/begun-deletion.ts'
import { factsIn } from '../../../../shared/domain/lifecycle/image-facts.ts'
import type { LifecycleState } from '../../../../shared/domain/lifecycle/states.ts'
import { stageOf, stateOf } from '../../../../shared/domain/lifecycle/states.ts'
import { isRefused, type Outcome } from '../../../../shared/domain/lifecycle/transition.ts'
import type { Verb } from '../../../../shared/domain/lifecycle/transition-entry.ts'
import {
  archived,
  deletionBegun,
  deletionFailed,
  gone,
  lifted,
  marked,
  refreshed,
  restored,
  used,
} from '../../../../shared/domain/lifecycle/transitions.ts'
import { at, digestOf } from '../../../support/records.ts'
import {
  allVerbs,
  begunEarlier,
  circumstancesOf,
  endOf,
  examples,
  markOf,
  policy,
  recordOf,
  transit,
} from './lifecycle-fixture.ts'

const states = Object.keys(examples) as LifecycleState[]

/**
 * Where each transition leads from each state while no workload refers to the image, or why it is refused: from unknown,
 * introduced, used, unused, marked, deleting, gone.
 */
const ends: Readonly<Record<Verb, string>> = {
  found: 'introduced (present) (present) (present) (present) (present) introduced',
  refreshed: '(unknown) introduced used unused marked deleting (gone)',
  used: '(unknown) used (unchanged) used (marked) (marked) (gone)',
  unused: '(unknown) unused unused (unchanged) (marked) (marked) (gone)',
  marked: '(unknown) marked marked marked marked deleting (gone)',
  lifted: '(unknown) (not-marked) (not-marked) (not-marked) unused (being-deleted) (gone)',
  deletionBegun: '(unknown) (not-marked) (not-marked) (not-marked) deleting deleting (gone)',
  deletionFailed: '(unknown) (not-marked) (not-marked) (not-marked) unused unused (gone)',
  deleted: '(unknown) (not-marked) (not-marked) (not-marked) (not-begun) gone (gone)',
  archived: '(unknown) (not-marked) (not-marked) (not-marked) (not-begun) unused (gone)',
  objectDeleted: '(unknown) (not-marked) (not-marked) (not-marked) (not-begun) unused (gone)',
  gone: '(unknown) gone gone gone gone (being-deleted) (gone)',
  toldOfGone: '(unknown) (present) (present) (present) (present) (present) gone',
  restoreBegun: 'gone introduced used unused marked deleting gone',
  restored: 'introduced introduced introduced introduced introduced introduced introduced',
}

it.each(allVerbs)('%s leads from each state where it should, or is refused by name', verb => {
  const found = states.map(state => endOf(transit(verb, examples[state], circumstancesOf())))

  expect(found.join(' ')).toBe(ends[verb])
})

it.each(states)('the example of state %s shows that state', state => {
  expect(stateOf(examples[state])).toBe(state)
})

const draftOf = (outcome: Outcome) => {
  if (isRefused(outcome)) throw new Error(`expected a transition, got ${outcome.refused}`)
  return outcome.draft
}
const why = { id: 'entry', actor: 'test', reason: 'a reason' }

describe('an image that goes into the archive of its registry', () => {
  const ofRun = { ...why, runId: 'run-1', isUsed: false }
  const toArchive = { ...recordOf(examples.marked), mark: { ...markOf(), archives: true as const } }
  const begun = { ...draftOf(deletionBegun(toArchive, { tags: ['v1'] }, ofRun, at(1))), number: 2 }
  const by = { policy, runId: 'run-1', at: at(1) }

  it('stands there with who archived it, in no deletion any more', () => {
    const draft = draftOf(archived(begun, ofRun, at(2)))

    expect(draft).toMatchObject({ storage: 'archived', archivedBy: by, stage: 'Maintenance' })
    expect(draft).not.toHaveProperty('mark')
    expect(draft).not.toHaveProperty('goneAt')
  })

  it('is told as archived by the run whose call had no answer, and no longer a day later', () => {
    const failed = { ...draftOf(deletionFailed(begun, ofRun, at(2))), number: 3 }
    const seen = (seconds: number) => draftOf(refreshed(failed, { storage: 'archived' }, why, at(seconds)))

    expect(seen(3600)).toMatchObject({ storage: 'archived', archivedBy: by })
    expect(seen(2 * 86_400)).toMatchObject({ storage: 'archived' })
    expect(seen(2 * 86_400)).not.toHaveProperty('archivedBy')
  })

  it('is nobody’s once it is out again, or put back', () => {
    const there = { ...draftOf(archived(begun, ofRun, at(2))), number: 3 }
    const out = draftOf(refreshed(there, { storage: 'active' }, why, at(3)))
    const back = restored(there, factsIn(there), { ...why, isUsed: false }, at(3)).draft

    expect(out).not.toHaveProperty('storage')
    expect(out).not.toHaveProperty('archivedBy')
    expect(back).not.toHaveProperty('archivedBy')
    expect(back).toMatchObject({ firstSeenAt: there.firstSeenAt, pushedAt: there.pushedAt })
  })

  it('is not deleted by its policy where somebody else deletes it after a kill', () => {
    const left = { ...draftOf(lifted(begun, { ...why, isUsed: false }, at(1000))), number: 3 }

    expect(deletionBehind(left, at(1001))).toBeUndefined()
  })
})

describe('F38 a record with a value of a later version', () => {
  const quarantined = (state: LifecycleState) => ({
    ...recordOf(examples[state]),
    stage: 'Quarantine' as 'Use',
    unclear: "stage 'Quarantine', a value of a later version",
  })

  it('is neither marked nor begun to delete, nor moved by use', () => {
    expect(marked(quarantined('unused'), markOf(), why, at(1))).toEqual({ refused: 'unclear' })
    expect(deletionBegun(quarantined('marked'), { tags: [] }, { ...why, runId: 'r' }, at(1))).toEqual({
      refused: 'unclear',
    })
    expect(used(quarantined('unused'), why, at(1))).toEqual({ refused: 'unclear' })
  })

  it('keeps the stage that it has while its mark is lifted, and where it goes', () => {
    const isUsed = { ...why, isUsed: true }

    expect(draftOf(lifted(quarantined('marked'), isUsed, at(1)))).toMatchObject({ stage: 'Quarantine' })
    expect(draftOf(lifted(quarantined('marked'), isUsed, at(1)))).not.toHaveProperty('mark')
    expect(draftOf(gone(quarantined('unused'), isUsed, at(1)))).toMatchObject({ stage: 'Quarantine', goneAt: at(1) })
  })
})

describe('what leads out of Cleanup', () => {
  it.each([
    ['lifted', 'marked'],
    ['deletionFailed', 'deleting'],
    ['objectDeleted', 'deleting'],
  ] as const)('leads to Use where a workload refers to the image: %s', (verb, state) => {
    expect(endOf(transit(verb, examples[state], circumstancesOf({ isUsed: true })))).toBe('used')
  })

  it('leaves an image of which only some tags were deleted there, out of Cleanup', () => {
    const outcome = transit('deleted', examples.deleting, circumstancesOf({ isGone: false }))

    expect(draftOf(outcome)).toMatchObject({ stage: 'Maintenance', change: { action: 'deleted' } })
    expect(draftOf(outcome)).not.toHaveProperty('goneAt')
  })

  it.each(['found', 'restored'] as const)('begins in Use where a workload refers to what comes back: %s', verb => {
    expect(endOf(transit(verb, examples.gone, circumstancesOf({ isUsed: true })))).toBe('used')
  })

  it.each(['lifted', 'deletionFailed'] as const)('remembers whose sweep had begun to delete it: %s', verb => {
    const outcome = transit(verb, examples.deleting, circumstancesOf({ byItsExecution: true }))

    expect(draftOf(outcome)).toMatchObject({ begunBy: policy })
  })

  it('F45 remembers what the registry may still carry out: a mark lifted over a deletion, a failure without an answer', () => {
    const begun = { policy, runId: 'run-1', at: at(0), reason: 'not among the newest 1', tags: ['v1'] }
    const isUsed = false

    const killed = draftOf(lifted(examples.deleting, { ...why, isUsed }, at(900)))
    const unanswered = draftOf(deletionFailed(examples.deleting, { ...why, isUsed, mayFollow: ['v1'] }, at(1)))

    expect(killed.begun).toMatchObject({ ...begun, isFailure: false })
    expect(unanswered.begun).toMatchObject({ ...begun, isFailure: true })
  })

  it('F45 remembers nothing of what the registry refused, nor of what its execution kept before it asked', () => {
    const isUsed = false
    const before = { ...recordOf(examples.deleting), begun: begunEarlier }

    const refused = draftOf(deletionFailed(before, { ...why, isUsed }, at(1)))
    const kept = draftOf(lifted(examples.deleting, { ...why, isUsed, byItsExecution: true }, at(1)))

    expect(refused).not.toHaveProperty('begun')
    expect(kept).not.toHaveProperty('begun')
  })

  it.each(['gone', 'found', 'restored', 'deleted'] as const)('F45 is over with what had begun: %s', verb => {
    const examplesOf = {
      gone: examples.unused,
      found: examples.gone,
      restored: examples.gone,
      deleted: examples.deleting,
    }
    const outcome = transit(verb, { ...recordOf(examplesOf[verb]), begun: begunEarlier }, circumstancesOf())

    expect(draftOf(outcome)).not.toHaveProperty('begun')
  })

  it("is nobody's doing here, where all that had begun is known to have failed before it was gone", () => {
    const known = { ...recordOf(examples.unused), begunBy: policy }

    const byPolicy = transit('gone', { ...known, begun: begunEarlier }, circumstancesOf())
    const byNobody = transit('gone', known, circumstancesOf())

    expect(draftOf(byPolicy)).toMatchObject({ begunBy: policy })
    expect(draftOf(byNobody)).not.toHaveProperty('begunBy')
  })

  it('remembers nobody where no deletion had begun', () => {
    expect(draftOf(transit('lifted', examples.marked, circumstancesOf()))).not.toHaveProperty('begunBy')
  })
})

describe('a mark', () => {
  it('of another policy stands', () => {
    const mine = markOf({ policy: 'eu-1/team/other' })

    expect(marked(examples.marked, mine, why, at(1))).toEqual({ refused: 'marked-by-another' })
  })

  it('is made anew over a deletion that had begun, and the tags that it had are not forgotten', () => {
    const anew = markOf({ markedAt: at(1), deleteAfter: at(3601) })

    const draft = draftOf(marked(examples.deleting, anew, why, at(1)))

    expect(draft).toMatchObject({ mark: anew, deletion: examples.deleting?.deletion })
  })

  it('is lifted once the execution that began with the image must have ended', () => {
    const isUsed = true

    expect(lifted(examples.deleting, { ...why, isUsed }, at(899))).toEqual({ refused: 'being-deleted' })
    expect(draftOf(lifted(examples.deleting, { ...why, isUsed }, at(900)))).toMatchObject({ stage: 'Use' })
  })
})

describe('a deletion', () => {
  const ofRun = (runId: string) => ({ ...why, runId })

  it('that the same run began with these tags is begun already', () => {
    expect(deletionBegun(examples.deleting, { tags: ['v1'] }, ofRun('run-1'), at(1))).toEqual({ refused: 'unchanged' })
  })

  it('is begun anew by another run', () => {
    const draft = draftOf(deletionBegun(examples.deleting, { tags: ['v1'] }, ofRun('run-2'), at(1)))

    expect(draft.deletion).toEqual({ runId: 'run-2', startedAt: at(1), tags: ['v1'] })
  })
})

describe('a record of an earlier version', () => {
  const left = recordOf({ stage: 'Cleanup' })

  it('that stands in Cleanup without a mark counts as in Maintenance', () => {
    expect([stageOf(left), stateOf(left)]).toEqual(['Maintenance', 'unused'])
  })

  it('leaves Cleanup with its next write', () => {
    expect(draftOf(refreshed(left, { pulledAt: at(5) }, why, at(5))).stage).toBe('Maintenance')
  })

  it('that stands in Cleanup without a mark is in Use once a workload refers to it', () => {
    expect(endOf(transit('used', left, circumstancesOf()))).toBe('used')
  })

  it('with a mark and a deletion half done is gone on with', () => {
    expect(endOf(transit('deleted', examples.deleting, circumstancesOf()))).toBe('gone')
  })
})

it('a pull that is no later than the known one is no news', () => {
  const pulled = recordOf({ pulledAt: at(5) })

  expect(refreshed(pulled, { pulledAt: at(5) }, why, at(6))).toEqual({ refused: 'unchanged' })
  expect(draftOf(refreshed(pulled, { pulledAt: at(6) }, why, at(6))).pulledAt).toEqual(at(6))
})

it('what is read of a manifest at last takes the place of why it could not be, and nothing else', () => {
  const {
    number: _n,
    change: _c,
    stage,
    firstSeenAt,
    ...record
  } = recordOf({ unreadable: 'of schema 1', children: [digestOf('any')] })
  const {
    unreadable: _u,
    children: _ch,
    ...facts
  } = { ...record, mediaType: 'a/b', sizeBytes: 3, pushedAt: { at: at(9), source: 'first-seen' as const } }

  const draft = draftOf(
    refreshed(recordOf({ unreadable: 'of schema 1', children: [digestOf('any')] }), { read: facts }, why, at(6)),
  )

  expect(draft).toMatchObject({ mediaType: 'a/b', sizeBytes: 3, stage, firstSeenAt, pushedAt: record.pushedAt })
  expect(draft).not.toHaveProperty('unreadable')
  expect(draft).not.toHaveProperty('children')
})

it('a manifest that cannot be read as before is no news', () => {
  const { number: _n, change: _c, stage: _s, firstSeenAt: _f, ...facts } = recordOf({ unreadable: 'of schema 1' })

  expect(refreshed(recordOf({ unreadable: 'of schema 1' }), { read: facts }, why, at(6))).toEqual({
    refused: 'unchanged',
  })
})
