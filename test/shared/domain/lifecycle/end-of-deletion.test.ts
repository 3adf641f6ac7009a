import { expect, it } from 'vitest'
import { type AuditEntry, entriesIn, mostBetweenMs } from '../../../../shared/domain/audit.ts'
import { endOfDeletion } from '../../../../shared/domain/lifecycle/end-of-deletion.ts'
import type { Mark } from '../../../../shared/domain/records/images.ts'
import { at, digestOf, entryOf } from '../../../support/records.ts'

const actor = 'policy eu-1/team/cleanup'
const run = { actor, runId: 'run-1', reason: 'not among the newest 3', facts: ['pushed 2026-01-01'] }
const mark: Mark = {
  policy: 'eu-1/team/cleanup',
  policyHash: '',
  markedAt: at(0),
  deleteAfter: at(60),
  ...{ runId: run.runId, reason: run.reason, facts: run.facts },
}
const begin = (rest: Partial<AuditEntry> = {}) => entryOf('begin', 100, { action: 'deletion-started', ...run, ...rest })
const end = (change: AuditEntry, ms: number) =>
  endOfDeletion(
    'deleted',
    { digest: digestOf('one'), mark, change },
    { id: 'end', ...run },
    new Date(at(100).getTime() + ms),
  )

it('says when the image was marked', () => {
  const { facts } = end(begin(), 0)

  expect(facts).toEqual([...run.facts, 'marked 2026-01-01T00:00:00Z'])
})

it.each([0, 1, mostBetweenMs])('tells of a begin of %i ms before, as it was', ms => {
  const both = entriesIn(end(begin(), ms))

  expect(both.map(({ action }) => action)).toEqual(['deletion-started', 'deleted'])
  expect(both[0]).toEqual(begin())
  expect(both[1]).not.toHaveProperty('begun')
})

it.each([
  ['began longer before', begin(), mostBetweenMs + 1],
  ['began later, by another clock', begin(), -1],
  ['was begun by another run', begin({ runId: 'run-0' }), 10],
  ['began with other facts', begin({ facts: [] }), 10],
  ['was begun by a version that wrote more of it', { ...begin(), more: 'of it' } as AuditEntry, 10],
  ['has no begin as its last entry', begin({ action: 'marked' }), 10],
])('leaves the begin to an entry of its own where the deletion %s', (_, change, ms) => {
  expect(entriesIn(end(change, ms))).toHaveLength(1)
})
