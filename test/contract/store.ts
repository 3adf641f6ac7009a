import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConflictError, InvalidInputError } from '../../shared/errors.ts'
import type { Store } from '../../shared/ports/store.ts'
import { at, digestOf, entryOf, freshId, imageDraft, repositoryDraft, tagDraft, usageOf } from '../support/records.ts'
import { approvalContract } from './store-approvals.ts'
import { deliveryContract } from './store-deliveries.ts'
import { entriesContract } from './store-entries.ts'
import { hostContract } from './store-hosts.ts'
import { leaseContract } from './store-leases.ts'
import { rangeContract } from './store-ranges.ts'
import { usageContract } from './store-usage.ts'

/** What every store owes its callers. Each test works on a repository of its own. */
export function storeContract(store: () => Store): void {
  describe('saving', () => savingContract(store))
  describe('history', () => historyContract(store))
  describe('entries', () => entriesContract(store))
  describe('changes', () => changesContract(store))
  describe('export', () => exportContract(store))
  describe('approvals', () => approvalContract(store))
  describe('leases', () => leaseContract(store))
  describe('deliveries', () => deliveryContract(store))
  describe('hosts', () => hostContract(store))
  describe('usage', () => usageContract(store))
  describe('ranges', () => rangeContract(store))
  describe('keys', () => keyContract(store))
  describe('names that cannot be read', () => unreadContract(store))
}

function unreadContract(store: () => Store): void {
  it('are found by their repository until they are removed, whatever they are spelled', async () => {
    const repository = freshId()
    const names = ['v1', '', 'a#b', 'x'.repeat(5_000), 'a\nb', ...Array.from({ length: 40 }, (_, at) => `-${at}`)]
    const records = names.map(tag => ({ repository, tag, unreadable: 'odd', firstSeenAt: at(1) }))

    await store().saveUnreadTags(records)
    await store().saveUnreadTags(records)

    expect(new Set((await store().listUnreadTags(repository)).map(one => one.tag))).toEqual(new Set(names))
    expect(await store().listTags(repository)).toEqual([])
    expect(await store().listUnreadTags(freshId())).toEqual([])
    await store().removeUnreadTags(records.slice(1))
    await store().removeUnreadTags(records.slice(1))
    expect(await store().listUnreadTags(repository)).toEqual([records[0]])
  })

  it('are given back as they were saved last', async () => {
    const repository = freshId()
    const before = { repository, tag: 'v1', unreadable: 'down', isFailure: true as const, firstSeenAt: at(1) }
    const { isFailure: _, ...rest } = {
      ...before,
      unreadable: 'odd',
      mayReferTo: [digestOf('one')],
      seenBy: 'anonymous',
    }
    await store().saveUnreadTags([before])

    await store().saveUnreadTags([rest])

    expect(await store().listUnreadTags(repository)).toEqual([rest])
  })
}

function savingContract(store: () => Store): void {
  it('finds what was saved, and nothing of what was not', async () => {
    const id = freshId()

    const saved = await store().saveRepository(repositoryDraft(id, { tagCount: 3 }), undefined)

    expect(await store().findRepository(id)).toEqual(saved)
    expect(saved.number).toBe(1)
    expect(await store().findRepository(freshId())).toBeUndefined()
  })

  it('gives back every field of an image as it was', async () => {
    const repository = freshId()
    const draft = imageDraft(repository, {
      mediaType: 'application/vnd.oci.image.index.v1+json',
      sizeBytes: 0,
      children: [digestOf('child')],
      blobs: [{ digest: digestOf('blob'), sizeBytes: 5 }],
      platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
      mark: {
        policy: 'eu-1/p/c',
        policyHash: 'h',
        runId: 'r',
        markedAt: at(1),
        deleteAfter: at(2),
        reason: 'x',
        facts: [],
      },
      deletion: { runId: 'r', startedAt: at(3), tags: ['v1'] },
    })

    const saved = await store().saveImage(draft, undefined)

    expect(await store().findImage(repository, draft.digest)).toEqual({ ...draft, number: saved.number })
  })

  it('refuses to create what is there, and hands over what won', async () => {
    const id = freshId()
    const winner = await store().saveRepository(repositoryDraft(id, { tagCount: 1 }), undefined)

    const lost = store().saveRepository(repositoryDraft(id, { tagCount: 2 }), undefined)

    await expect(lost).rejects.toBeInstanceOf(ConflictError)
    await expect(lost).rejects.toMatchObject({ current: winner })
  })

  it('F23 lets one of two writers over the same record win', async () => {
    const id = freshId()
    const first = await store().saveRepository(repositoryDraft(id), undefined)

    const writes = [1, 2, 3, 4].map(tagCount => store().saveRepository(repositoryDraft(id, { tagCount }), first))
    const outcomes = await Promise.allSettled(writes)

    expect(outcomes.filter(one => one.status === 'fulfilled')).toHaveLength(1)
    expect((await store().findRepository(id))?.number).toBe(2)
  })

  it('accepts the repetition of a save whose answer was lost', async () => {
    const repository = freshId()
    const first = await store().saveTag(tagDraft(repository), undefined)
    const draft = tagDraft(repository, { goneAt: at(9), change: entryOf('tag-2', 9, { action: 'tag-gone' }) })
    const saved = await store().saveTag(draft, first)

    expect(await store().saveTag(draft, first)).toEqual(saved)
    expect(await store().saveTag(tagDraft(repository, draft), first)).toEqual(saved)
  })

  it('drops a field that the new record leaves out', async () => {
    const repository = freshId()
    const first = await store().saveTag(tagDraft(repository, { goneAt: at(1) }), undefined)

    await store().saveTag(tagDraft(repository, { change: entryOf('back', 2) }), first)

    expect(await store().findTag(repository, 'v1')).not.toHaveProperty('goneAt')
  })

  it('finds those of many ids that exist', async () => {
    const ids = Array.from({ length: 130 }, freshId)
    const kept = ids.filter((_, place) => place % 2 === 0)
    await Promise.all(kept.map(id => store().saveRepository(repositoryDraft(id), undefined)))

    const found = await store().findRepositories(ids)

    expect(found.map(one => one.id).sort()).toEqual([...kept].sort())
  })

  it('lists every page of a large repository', async () => {
    const repository = freshId()
    const facts = [Array.from({ length: 20_000 }, () => 'x').join('')]
    const tags = Array.from({ length: 80 }, (_, place) => `v${place}`)
    await Promise.all(
      tags.map(tag =>
        store().saveTag(tagDraft(repository, { tag, change: entryOf(tag, 0, { tag, facts }) }), undefined),
      ),
    )

    expect((await store().listTags(repository)).map(one => one.tag).sort()).toEqual([...tags].sort())
    expect(await store().listImages(repository)).toEqual([])
  })

  it('scans every repository, and nothing else, page after page', async () => {
    // Beside the large repository of the test before, which is more than one page.
    const ids = Array.from({ length: 20 }, freshId)
    await Promise.all(ids.map(id => store().saveRepository(repositoryDraft(id), undefined)))
    await store().saveTag(tagDraft(ids[0] ?? ''), undefined)

    const found: string[] = []
    let [cursor, pages]: [string | undefined, number] = [undefined, 0]
    do {
      pages += 1
      const page = await store().scanRepositories(cursor)
      found.push(...page.records.map(record => record.id))
      cursor = page.next
    } while (cursor !== undefined)

    expect(pages).toBeGreaterThan(1)
    expect(found).toEqual(expect.arrayContaining(ids))
    expect(new Set(found).size).toBe(found.length)
  })

  it('keeps repositories apart of which one name begins with the other', async () => {
    const id = freshId()
    await store().saveTag(tagDraft(`${id}/more`), undefined)

    expect(await store().listTags(id)).toEqual([])
  })
}

function historyContract(store: () => Store): void {
  it('shows the entry that a record carries before anything overwrote it', async () => {
    const repository = freshId()
    const { digest, change } = await store().saveImage(imageDraft(repository), undefined)

    expect(await store().listHistory(repository, digest)).toEqual([change])
  })

  it('keeps each entry once, oldest first, over image and tags', async () => {
    const repository = freshId()
    const image = await store().saveImage(imageDraft(repository, { change: entryOf('b', 2) }), undefined)
    const tag = await store().saveTag(
      tagDraft(repository, { change: entryOf('a', 1, { action: 'tag-created' }) }),
      undefined,
    )
    const marked = { ...image, change: entryOf('d', 4, { action: 'marked' }) }
    await store().saveImage(marked, image)
    await store().saveImage(marked, image)
    await store().saveTag({ ...tag, goneAt: at(3), change: entryOf('c', 3, { action: 'tag-gone' }) }, tag)

    const history = await store().listHistory(repository, image.digest)

    expect(history.map(entry => entry.id)).toEqual(['a', 'b', 'c', 'd'])
    // Those that no record carries any more.
    const past = await store().listPast(repository, image.digest)
    expect(past.map(entry => entry.id)).toEqual(['a', 'b'])
  })

  it('loses no entry when a writer is killed after the first half of a save', async () => {
    const repository = freshId()
    const image = await store().saveImage(imageDraft(repository), undefined)
    const other = await store().saveImage({ ...image, change: entryOf('image-2', 5) }, image)
    const lost = store().saveImage({ ...image, change: entryOf('image-3', 6) }, image)

    await expect(lost).rejects.toBeInstanceOf(ConflictError)
    const history = await store().listHistory(repository, image.digest)
    expect(history.map(entry => entry.id)).toEqual(['image-1', other.change.id])
  })

  it('leaves out what a tag did while it pointed elsewhere', async () => {
    const repository = freshId()
    const image = await store().saveImage(imageDraft(repository), undefined)
    await store().saveTag(tagDraft(repository, { change: entryOf('x', 1, { digest: digestOf('two') }) }), undefined)

    expect(await store().listHistory(repository, image.digest)).toEqual([image.change])
  })
}

function changesContract(store: () => Store): void {
  it('lists what happened in a time over all repositories, each once and oldest first, across midnight', async () => {
    const repository = freshId()
    const times = [at(-1), at(0), at(1), at(90_000)]
    const image = await store().saveImage(imageDraft(repository, { change: entryOf(`${repository}-2`, 1) }), undefined)
    await store().saveImage({ ...image, change: entryOf(`${repository}-3`, 90_000) }, image)
    await store().saveTag(tagDraft(repository, { change: entryOf(`${repository}-0`, -1) }), undefined)

    const listed = await store().listChanges(at(-1), at(90_000))
    const ours = listed.filter(change => change.repository === repository)

    expect(ours.map(change => change.id)).toEqual([`${repository}-0`, `${repository}-2`, `${repository}-3`])
    expect(ours.map(change => change.at)).toEqual([times[0], times[2], times[3]])
    expect((await store().listChanges(at(0), at(89_999))).filter(one => one.repository === repository)).toHaveLength(1)
  })

  it('lists what one policy did, still carried or not, and nothing of another', async () => {
    const [repository, policy] = [freshId(), `eu-1/team/${randomUUID()}`]
    const by = (id: string, seconds: number, actor: string) => entryOf(id, seconds, { actor, action: 'marked' })
    const image = await store().saveImage(imageDraft(repository, { change: by('1', 1, `policy ${policy}`) }), undefined)
    const next = await store().saveImage({ ...image, change: by('2', 2, `policy ${policy}`) }, image)

    const both = await store().listPolicyChanges(policy, at(0), at(9))
    await store().saveImage({ ...next, change: by('3', 3, `policy ${policy}-other`) }, next)

    expect(both.map(change => `${change.repository} ${change.id}`)).toEqual([`${repository} 1`, `${repository} 2`])
    expect(await store().listPolicyChanges(policy, at(0), at(9))).toEqual(both)
    expect(await store().listPolicyChanges(policy, at(2), at(2))).toEqual(both.slice(1))
  })

  it('lists nothing where a stretch of time ends before it begins', async () => {
    const [repository, policy] = [freshId(), `eu-1/team/${randomUUID()}`]
    const change = entryOf('1', 1, { actor: `policy ${policy}`, action: 'marked' })
    await store().saveImage(imageDraft(repository, { change }), undefined)

    expect(await store().listChanges(at(2), at(0))).toEqual([])
    expect(await store().listPolicyChanges(policy, at(2), at(0))).toEqual([])
  })

  it('lists the policies of a cluster and of no other', async () => {
    const cluster = randomUUID()
    const draft = { uid: 'u', totalDeleted: 0, totalFreedBytes: 0, runs: [] }
    await store().savePolicy({ ...draft, id: `${cluster}/team/b` }, undefined)
    await store().savePolicy({ ...draft, id: `${cluster}/team/a` }, undefined)
    await store().savePolicy({ ...draft, id: `${cluster}-2/team/a` }, undefined)

    const ids = (await store().listPolicies(cluster)).map(policy => policy.id)

    expect(ids).toEqual([`${cluster}/team/a`, `${cluster}/team/b`])
    expect((await store().findPolicy(`${cluster}/team/b`))?.number).toBe(1)
  })
}

function exportContract(store: () => Store): void {
  it('F23 lets one of two runs move the position of the export, and gives it back as it was', async () => {
    const found = await store().findAuditExport()
    const stretch = { after: { at: at(0) }, upTo: { at: at(60), id: 'b' }, publishedAt: at(200), checksum: 'c' }
    const draft = { publishedUpTo: { at: at(60), id: 'b' }, stretches: [stretch, { ...stretch, checksum: '' }] }

    const outcomes = await Promise.allSettled(
      ['one', 'two'].map(id => store().saveAuditExport({ ...draft, publishedUpTo: { at: at(61), id } }, found)),
    )

    const [won] = outcomes.flatMap(one => (one.status === 'fulfilled' ? [one.value] : []))
    expect(outcomes.filter(one => one.status === 'fulfilled')).toHaveLength(1)
    expect(won?.stretches).toEqual(draft.stretches)
    expect(await store().findAuditExport()).toEqual(won)
  })
}

function keyContract(store: () => Store): void {
  it.each(['a#b', ''])('B26 refuses %j where it would reach into other keys', async name => {
    const refused = [
      () => store().findRepository(name),
      () => store().findTag(freshId(), name),
      () => store().listUsage(name),
      () => store().saveUsage([usageOf(freshId(), { namespace: name })]),
      () => store().takeLease(name, 'a', at(0), 1000),
      () => store().findPolicy(name),
    ]
    for (const ask of refused) await expect(async () => ask()).rejects.toBeInstanceOf(InvalidInputError)
  })
}
