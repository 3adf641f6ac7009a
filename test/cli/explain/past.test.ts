import { expect, it } from 'vitest'
import { pastOf } from '../../../cli/explain/past.ts'
import type { AuditEntry } from '../../../shared/domain/audit.ts'
import { digestOf, entryOf } from '../../support/records.ts'

const policy = 'policy eu-1/team/cleanup'
const happened = (seconds: number, action: AuditEntry['action'], rest: Partial<AuditEntry> = {}) =>
  entryOf(`${action}-${seconds}`, seconds, { action, actor: policy, ...rest })
const failure = expect.stringContaining('could not delete it')

it('tells of the deletion that failed in the present life of an image', () => {
  const history = [happened(1, 'image-recorded'), happened(2, 'delete-failed')]

  expect(pastOf(digestOf('one'), history, [])).toEqual([failure])
})

it('tells of none that failed before an end whose later beginning is no longer kept', () => {
  const history = [happened(1, 'delete-failed'), happened(2, 'image-gone')]

  expect(pastOf(digestOf('one'), history, [])).toEqual([])
})

it('takes the end of a tag for none of its image', () => {
  const history = [happened(1, 'delete-failed'), happened(2, 'deleted', { tag: 'v1' })]

  expect(pastOf(digestOf('one'), history, [])).toEqual([failure])
})
