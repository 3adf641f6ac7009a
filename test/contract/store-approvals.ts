import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { ApprovalRecord } from '../../shared/domain/approval.ts'
import { ConflictError, InvalidInputError } from '../../shared/errors.ts'
import type { Draft, Store } from '../../shared/ports/store.ts'
import { at, digestOf, entryOf, freshId } from '../support/records.ts'

const draftOf = (policy: string, rest: Partial<ApprovalRecord> = {}): Draft<ApprovalRecord> => ({
  policy,
  uid: 'u',
  policyHash: 'p',
  hash: '0123456789abcdef',
  approvedAt: at(1),
  expiresAt: at(2),
  images: 1,
  repositories: 1,
  repository: 'registry.example.com/team/app',
  expiresAtSeconds: 4_000_000_000,
  change: entryOf(randomUUID(), 1, { actor: 'person alice', action: 'approved' }),
  ...rest,
})

const freshPolicy = () => `eu-1/team/${randomUUID()}`

/** What people have approved, and what it covers. */
export function approvalContract(store: () => Store): void {
  it('gives back an approval of a policy, and none of another', async () => {
    const policy = freshPolicy()

    const saved = await store().saveApproval(draftOf(policy), undefined)

    expect(await store().listApprovals(policy)).toEqual([saved])
    expect(await store().listApprovals(`${policy}-other`)).toEqual([])
  })

  it('F23 lets one of two approvals of one plan win, and another take its place', async () => {
    const policy = freshPolicy()
    const first = await store().saveApproval(draftOf(policy), undefined)

    const second = store().saveApproval(draftOf(policy, { images: 2 }), undefined)

    await expect(second).rejects.toBeInstanceOf(ConflictError)
    const anew = await store().saveApproval(draftOf(policy, { expiresAt: at(9) }), first)
    expect(await store().listApprovals(policy)).toEqual([anew])
  })

  it('shows it among the changes of its policy and of its time, though a person made it, also once another took its place', async () => {
    const policy = freshPolicy()
    const first = await store().saveApproval(draftOf(policy), undefined)
    const entry = { ...first.change, repository: first.repository }
    expect(await store().listPolicyChanges(policy, at(0), at(9))).toEqual([entry])

    await store().saveApproval(draftOf(policy, { change: entryOf(randomUUID(), 5, { action: 'approved' }) }), first)

    const changes = await store().listPolicyChanges(policy, at(0), at(9))
    expect(changes.map(change => change.id)).toEqual([first.change.id, expect.any(String)])
    expect(await store().listChanges(at(1), at(1))).toContainEqual(entry)
  })

  it('gives back every digest of a repository, however many, and none of another plan or repository', async () => {
    const [policy, repository, hash] = [freshPolicy(), freshId(), 'aaaa']
    const digests = Array.from({ length: 4500 }, (_, place) => digestOf(`${place}`))
    const approved = { policy, hash, repository, digests, expiresAtSeconds: 4_000_000_000 }

    await store().saveApprovedDigests(approved)
    await store().saveApprovedDigests(approved)

    expect(await store().findApprovedDigests(policy, hash, repository)).toEqual(new Set(digests))
    expect(await store().findApprovedDigests(policy, 'aaaab', repository)).toEqual(new Set())
    expect(await store().findApprovedDigests(policy, hash, `${repository}-2`)).toEqual(new Set())
    expect(await store().listApprovals(policy)).toEqual([])
  })

  it('B26 refuses names that would reach into other keys', async () => {
    const refused = [
      () => store().listApprovals('a#b'),
      () => store().findApprovedDigests(freshPolicy(), 'a#b', freshId()),
      () => store().findApprovedDigests(freshPolicy(), 'a', 'x#y'),
    ]
    for (const ask of refused) await expect(async () => ask()).rejects.toBeInstanceOf(InvalidInputError)
  })
}
