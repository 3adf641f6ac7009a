import { DeleteItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ImageRecord, TagRecord } from '../../../../shared/domain/records/images.ts'
import { ConflictError } from '../../../../shared/errors.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { at, digestOf, entryOf, freshId, imageDraft, tagDraft } from '../../../support/records.ts'
import { removeExpired } from '../../../support/remove-expired.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const day = 86_400
const digest = digestOf('one')
const deleted = (id: string, tag?: string) =>
  entryOf(id, 60, { action: 'deleted', actor: 'policy eu-1/team/cleanup', runId: 'run', ...(tag && { tag }) })

/** A tag on an image, both deleted at a minute, and a tag and an image that are there. */
async function startGone() {
  const { store } = local
  const repository = freshId()
  const two = digestOf('two')
  await store.saveTag(
    tagDraft(repository, { tag: 'v2', digest: two, change: entryOf('tag-2', 0, { digest: two }) }),
    undefined,
  )
  await store.saveImage(imageDraft(repository, { digest: digestOf('two') }), undefined)
  const there = await store.saveImage(imageDraft(repository), undefined)
  const tag = await store.saveTag(
    tagDraft(repository, { goneAt: at(60), change: deleted(`${repository} tag`, 'v1') }),
    undefined,
  )
  const image = await store.saveImage({ ...there, goneAt: at(60), change: deleted(`${repository} image`) }, there)
  const putAway = async () => {
    await store.putAwayTags([tag], at(2 * day))
    await store.putAwayImages([image], at(2 * day))
  }
  return { store, repository, tag, image, putAway }
}

const whole = async (repository: string) => ({
  tags: (await local.store.listTags(repository)).map(({ tag }) => tag),
  images: (await local.store.listImages(repository)).map(one => one.digest),
})

describe('what is gone and put away', () => {
  it('is not listed with the repository once the table has removed what expired', async () => {
    const { repository, putAway } = await startGone()

    await putAway()
    await removeExpired(local, at(2 * day))

    expect(await whole(repository)).toEqual({ tags: ['v2'], images: [digestOf('two')] })
  })

  it('is found as it was, before and after the table has removed it from its place', async () => {
    const { store, repository, tag, image, putAway } = await startGone()
    const found = async () => ({
      tag: await store.findTag(repository, 'v1'),
      tags: (await store.findTags(repository, ['v1', 'v2', 'never'])).toSorted(byName),
      image: await store.findImage(repository, digest),
      images: await store.findImages(repository, [digest, digestOf('never')]),
    })
    const before = await found()

    await putAway()
    const leaving = await found()
    await removeExpired(local, at(2 * day))
    const left = await found()

    expect(before).toMatchObject({ tag, image, images: [image] })
    expect(before.tags).toHaveLength(2)
    expect(leaving).toEqual(before)
    expect(left).toEqual(before)
  })

  it('is listed by itself, by name and in parts', async () => {
    const { store, repository, tag, image, putAway } = await startGone()
    await putAway()

    expect(await store.listGoneTags(repository)).toEqual([tag])
    expect(await store.listGoneTags(repository, { after: 'v1' })).toEqual([])
    expect(await store.listGoneImages(repository, { limit: 1 })).toEqual([image])
    expect(await store.findGoneTags(repository, ['v1', 'v2'])).toEqual([tag])
    expect(await store.findGoneImages(repository, [digest, digestOf('two')])).toEqual([image])
  })

  it('has its history, of its tags as well, and each entry once', async () => {
    const { store, repository, putAway } = await startGone()
    const ids = async () => ({
      history: (await store.listHistory(repository, digest)).map(({ id }) => id),
      changes: (await store.listPolicyChanges('eu-1/team/cleanup', at(0), at(day)))
        .filter(one => one.repository === repository)
        .map(({ id }) => id),
    })
    const before = await ids()

    await putAway()
    const leaving = await ids()
    await removeExpired(local, at(2 * day))

    expect(before.history).toEqual(['image-1', `${repository} image`, `${repository} tag`])
    expect(leaving).toEqual(before)
    expect(await ids()).toEqual(before)
  })

  it('is remembered for as long as the history, and forgotten then', async () => {
    const { store, repository, putAway } = await startGone()
    await putAway()

    await removeExpired(local, at(60 + 400 * day - 1))
    const remembered = await store.findTag(repository, 'v1')
    await removeExpired(local, at(60 + 400 * day))

    expect(remembered).toBeDefined()
    expect(await store.findTag(repository, 'v1')).toBeUndefined()
    expect(await store.findImage(repository, digest)).toBeUndefined()
  })

  it('is written over by what comes back, whether the table has removed it or not', async () => {
    for (const isRemoved of [false, true]) {
      const { store, repository, image, putAway } = await startGone()
      await putAway()
      if (isRemoved) await removeExpired(local, at(2 * day))
      const known = await store.findImage(repository, digest)
      const { goneAt: _, ...back } = known as ImageRecord

      const saved = await store.saveImage({ ...back, change: entryOf(`${repository} back`, 3 * day) }, known)
      await removeExpired(local, at(9 * day))

      expect(saved.number).toBe(image.number + 1)
      expect(await store.findImage(repository, digest)).toEqual(saved)
      expect((await whole(repository)).images).toContain(digest)
      expect((await store.listHistory(repository, digest)).map(({ id }) => id)).toEqual([
        'image-1',
        `${repository} image`,
        `${repository} tag`,
        `${repository} back`,
      ])
    }
  })

  it('is refused to the second of two that bring it back', async () => {
    const { store, repository, image, putAway } = await startGone()
    await putAway()
    await removeExpired(local, at(2 * day))
    await store.saveImage({ ...image, change: entryOf(`${repository} first`, 3 * day) }, image)

    const second = store.saveImage({ ...image, change: entryOf(`${repository} second`, 3 * day) }, image)

    await expect(second).rejects.toThrow(ConflictError)
  })

  it('stays where it is where it came back before it was put away', async () => {
    const { store, repository, tag, image, putAway } = await startGone()
    const { goneAt: _t, ...tagBack } = tag
    const { goneAt: _i, ...imageBack } = image
    await store.saveTag({ ...tagBack, change: entryOf(`${repository} tag back`, day, { tag: 'v1' }) }, tag)
    await store.saveImage({ ...imageBack, change: entryOf(`${repository} back`, day) }, image)

    await putAway()
    await removeExpired(local, at(2 * day))

    expect(await whole(repository)).toMatchObject({ tags: ['v1', 'v2'], images: expect.arrayContaining([digest]) })
  })

  it('is not put away again while the table still shows it', async () => {
    const { store, repository, putAway } = await startGone()
    await putAway()
    const [leaving] = (await store.listTags(repository)).filter(({ goneAt }) => goneAt !== undefined)
    await dropCopy(repository, 'v1')

    await store.putAwayTags([leaving as TagRecord], at(3 * day))

    expect(await store.findGoneTags(repository, ['v1'])).toEqual([])
  })

  it('is put away a thousand a call', async () => {
    const { store } = local
    const repository = freshId()
    const drafts = Array.from({ length: 1001 }, (_, place) =>
      tagDraft(repository, { tag: `t${place}`, goneAt: at(60) }),
    )
    const tags = await Promise.all(drafts.map(draft => store.saveTag(draft, undefined)))

    await store.putAwayTags(tags, at(2 * day))
    const first = (await store.listGoneTags(repository)).length
    await store.putAwayTags(await store.listTags(repository), at(2 * day))

    expect(first).toBe(1000)
    expect(await store.listGoneTags(repository)).toHaveLength(1001)
  })
})

const byName = (a: TagRecord, b: TagRecord): number => (a.tag < b.tag ? -1 : 1)

/** So that it shows whether the copy was written anew. */
const dropCopy = (repository: string, tag: string) =>
  local.client.send(
    new DeleteItemCommand({
      TableName: local.tableName,
      Key: { pk: { S: `ENDED#${repository}` }, sk: { S: `TAG#${tag}` } },
    }),
  )
