import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ApprovalRecord,
  approvalValue,
  covers,
  parseApproval,
  planDigestOf,
  planHashOf,
} from '../../../shared/domain/approval.ts'
import { at, digestOf, entryOf } from '../../support/records.ts'

const policy = { id: 'eu-1/team/cleanup', uid: 'u', hash: 'p' }
const plan = [
  { repository: 'r/a', digests: [digestOf('1'), digestOf('2')] },
  { repository: 'r/b', digests: [digestOf('3')] },
]

describe('24: the hash of a plan', () => {
  it('does not depend on any order', () => {
    const turned = plan.toReversed().map(one => ({ ...one, digests: one.digests.toReversed() }))

    expect(planDigestOf(policy, turned)).toBe(planDigestOf(policy, plan))
    expect(planHashOf(planDigestOf(policy, plan))).toMatch(/^[0-9a-f]{16}$/)
  })

  it('is another for another policy, object, spec, repository or digest, and for a digest that changes place', () => {
    const moved = [
      { repository: 'r/a', digests: [digestOf('1')] },
      { repository: 'r/b', digests: [digestOf('2'), digestOf('3')] },
    ]
    const others = [
      planDigestOf({ ...policy, id: 'eu-2/team/cleanup' }, plan),
      planDigestOf({ ...policy, uid: 'v' }, plan),
      planDigestOf({ ...policy, hash: 'q' }, plan),
      planDigestOf(policy, plan.slice(1)),
      planDigestOf(policy, moved),
      planDigestOf(policy, plan),
    ]

    expect(new Set(others).size).toBe(others.length)
  })
})

describe('24: an approval covers', () => {
  const approval: ApprovalRecord = {
    policy: policy.id,
    uid: 'u',
    policyHash: 'p',
    hash: 'h',
    approvedAt: at(100),
    expiresAt: at(200),
    images: 1,
    repositories: 1,
    repository: 'r/a',
    expiresAtSeconds: 1,
    number: 1,
    change: entryOf('1', 100),
  }

  it.each([
    ['until it ends', 199, undefined, true],
    ['nothing unmarked from its end on', 200, undefined, false],
    ['what was marked in its time until the grace of the last mark is over', 250, 199, true],
    ['nothing after that', 251, 199, false],
    ['nothing that was marked before it was given', 210, 99, false],
    ['nothing that was marked after its end', 210, 200, false],
  ])('%s', (_, now, markedAt, expected) => {
    const mark = markedAt === undefined ? undefined : at(markedAt)

    expect(covers(approval, mark, 50_000, at(now))).toBe(expected)
  })
})

describe('24: the annotation', () => {
  it('is a hash, and who ran the command where that wrote it', () => {
    expect(parseApproval(' abc ')).toEqual({ hash: 'abc' })
    expect(parseApproval(approvalValue('abc', 'person arn:aws:iam::1:user/alice'))).toEqual({
      hash: 'abc',
      by: 'person arn:aws:iam::1:user/alice',
    })
  })

  it('B36 names nobody but a person, on one line', () => {
    expect(parseApproval('abc by policy eu-1/team/cleanup')).toEqual({ hash: 'abc by policy eu-1/team/cleanup' })
    expect(parseApproval('abc by person a\nperson b')).not.toHaveProperty('by')
  })

  it('law: any text is read', () => {
    fc.assert(fc.property(fc.string(), text => typeof parseApproval(text).hash === 'string'))
  })
})
