import { expect, it } from 'vitest'
import type { Store } from '../../shared/ports/store.ts'
import { at, digestOf, freshId, imageDraft, tagDraft } from '../support/records.ts'

/** Parts of the tags and images of a repository, which of a large one is all that is read at once. */
export function rangeContract(store: () => Store): void {
  const names = ['0', 'A', '_', 'a', 'a-', 'a-1', 'a.', 'a0', 'aa', 'b']
  /** In an order that is not theirs. */
  const saveTags = async (repository: string) => {
    for (const tag of names.toReversed()) await store().saveTag(tagDraft(repository, { tag }), undefined)
  }

  it.each([
    ['all', {}, ['0', 'A', '_', 'a', 'a-', 'a-1', 'a.', 'a0', 'aa', 'b']],
    ['after a name, without it', { after: 'a' }, ['a-', 'a-1', 'a.', 'a0', 'aa', 'b']],
    ['after a name that is not there', { after: 'a-0' }, ['a-1', 'a.', 'a0', 'aa', 'b']],
    ['up to a name, with it', { upTo: 'a-' }, ['0', 'A', '_', 'a', 'a-']],
    ['between two', { after: 'A', upTo: 'a.' }, ['_', 'a', 'a-', 'a-1', 'a.']],
    ['the first', { after: 'A', limit: 2 }, ['_', 'a']],
    ['none', { after: 'b' }, []],
    ['from the beginning', { after: '', limit: 3 }, ['0', 'A', '_']],
  ])('lists tags in the order of their bytes: %s', async (_, range, expected) => {
    const repository = freshId()
    await saveTags(repository)
    await store().saveImage(imageDraft(repository), undefined)

    const listed = await store().listTags(repository, range)

    expect(listed.map(one => one.tag)).toEqual(expected)
  })

  it('lists the same where the list may lag', async () => {
    const repository = freshId()
    await saveTags(repository)

    const listed = await Promise.all([
      store().listTags(repository, { mayLag: true }),
      store().listTags(repository, { after: 'a', limit: 2, mayLag: true }),
      store().listImages(repository, { mayLag: true }),
    ])

    expect(listed.map(part => part.length)).toEqual([names.length, 2, 0])
  })

  it('finds those of many tags that are recorded', async () => {
    const repository = freshId()
    await saveTags(repository)
    const wanted = [...names.slice(0, 3), 'absent', ...Array.from({ length: 200 }, (_, at) => `absent-${at}`)]

    const found = await store().findTags(repository, wanted)

    expect(found.map(({ tag }) => tag).sort()).toEqual(names.slice(0, 3).sort())
    expect(await store().findTags(repository, [])).toEqual([])
  })

  it('lists images by their digest in the same way', async () => {
    const repository = freshId()
    const digests = ['one', 'two', 'three', 'four'].map(digestOf)
    for (const digest of digests) await store().saveImage(imageDraft(repository, { digest }), undefined)
    await saveTags(repository)
    const [first = '', ...rest] = digests.toSorted()

    expect((await store().listImages(repository, { after: first })).map(one => one.digest)).toEqual(rest)
    expect((await store().listImages(repository, { after: 'sha256:', limit: 1 })).map(one => one.digest)).toEqual([
      first,
    ])
  })

  it('finds those of many images that are recorded, as they are now', async () => {
    const repository = freshId()
    const digests = Array.from({ length: 150 }, (_, place) => digestOf(`image ${place}`))
    const saved = await Promise.all(
      digests.map(digest => store().saveImage(imageDraft(repository, { digest }), undefined)),
    )
    const [one] = saved
    const goneAt = at(9)
    if (one) await store().saveImage({ ...one, goneAt }, one)

    const found = await store().findImages(repository, [...digests, digestOf('never')])

    expect(found.map(image => image.digest).sort()).toEqual(digests.toSorted())
    expect(found.find(image => image.digest === one?.digest)).toMatchObject({ goneAt })
    expect(await store().findImages(repository, [])).toEqual([])
  })
}
