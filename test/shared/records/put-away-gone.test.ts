import { afterAll, beforeAll, expect, it } from 'vitest'
import { putAwayGone } from '../../../shared/records/put-away-gone.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { at, digestOf, entryOf, freshId, imageDraft, tagDraft } from '../../support/records.ts'
import { removeExpired } from '../../support/remove-expired.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const hour = 3600
const now = at(9 * hour)
const index = digestOf('index')
const nested = digestOf('nested')
const part = digestOf('part')
const single = digestOf('single')

/** Names of tags and images that are left, by whether they are gone. */
async function leftAfter(
  repository: string,
  images: readonly Parameters<typeof imageDraft>[1][],
  tags: readonly Parameters<typeof tagDraft>[1][] = [],
) {
  const { store } = local
  for (const image of images) await store.saveImage(imageDraft(repository, image), undefined)
  for (const tag of tags) await store.saveTag(tagDraft(repository, tag), undefined)
  const read = async () => ({ tags: await store.listTags(repository), images: await store.listImages(repository) })

  await putAwayGone(await read(), now, store)
  await removeExpired(local, now)

  const left = await read()
  return [...left.tags.map(({ tag }) => tag), ...left.images.map(({ digest }) => digest)]
}

it('leaves what is there, and what has been gone for no more than an hour, or was written since then', async () => {
  const written = { goneAt: at(0), change: entryOf('restore', 8 * hour, { action: 'restore-started' }) }
  const left = await leftAfter(
    freshId(),
    [{ digest: single }, { digest: part, ...written }],
    [
      { tag: 'there' },
      { tag: 'just-gone', goneAt: at(8 * hour) },
      { tag: 'gone', goneAt: at(8 * hour - 1) },
      { tag: 'long-gone', goneAt: at(0) },
    ],
  )

  expect(left.toSorted()).toEqual(['just-gone', part, single, 'there'].toSorted())
})

it('leaves an index that is gone as long as a part of it is there, through any depth', async () => {
  const ofParts = (isThere: boolean) => [
    { digest: index, children: [nested], goneAt: at(0) },
    { digest: nested, children: [part], goneAt: at(0) },
    { digest: part, ...(!isThere && { goneAt: at(0) }) },
  ]

  expect(await leftAfter(freshId(), ofParts(true))).toHaveLength(3)
  expect(await leftAfter(freshId(), ofParts(false))).toEqual([])
})

it('leaves the tags that a sweep took off an image that it has not deleted yet', async () => {
  const deletion = { runId: 'run', startedAt: at(0), tags: ['v1'] }
  const tags = ['v1', 'v2'].map(tag => ({ tag, digest: single, goneAt: at(0) }))

  expect(await leftAfter(freshId(), [{ digest: single, deletion }], tags)).toEqual(['v1', single])
})
