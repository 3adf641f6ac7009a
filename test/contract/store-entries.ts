import pMap from 'p-map'
import { expect, it } from 'vitest'
import type { ImageRecord } from '../../shared/domain/records/images.ts'
import { ConflictError } from '../../shared/errors.ts'
import type { Store } from '../../shared/ports/store.ts'
import { at, digestOf, entryOf, freshId, imageDraft, tagDraft } from '../support/records.ts'

/** What becomes of the entries of many records that are saved over together. */
export function entriesContract(store: () => Store): void {
  const create = (repository: string, count: number) =>
    pMap(Array.from({ length: count }).keys(), place => {
      const digest = digestOf(`${repository} ${place}`)
      const change = entryOf(`${repository} ${place}`, place, { digest })
      return store().saveImage(imageDraft(repository, { digest, change }), undefined)
    })
  const saveOver = (image: ImageRecord, id: string, seconds = 1_000) =>
    store().saveImage({ ...image, change: entryOf(id, seconds, { digest: image.digest }) }, image)
  /** Without the repository, which tells them from those of other tests. */
  const idsOf = (entries: readonly { id: string }[]) => entries.map(({ id }) => id.slice(id.indexOf(' ') + 1))

  it('keeps the entries of all that were announced, each once, in whatever order they are saved', async () => {
    const repository = freshId()
    const images = await create(repository, 60)
    const { digest = digestOf('one') } = images[0] ?? {}
    const tag = await store().saveTag(
      tagDraft(repository, { digest, change: entryOf(`${repository} tag before`, 500, { digest, tag: 'v1' }) }),
      undefined,
    )

    await store().announceSaves([...images, tag])
    await pMap(images.toReversed(), image => saveOver(image, `${image.change.id} and after`), { concurrency: 7 })
    await store().saveTag(
      { ...tag, goneAt: at(2_000), change: entryOf(`${repository} tag after`, 2_000, { digest, tag: 'v1' }) },
      tag,
    )

    for (const { digest, change } of images.slice(1)) {
      expect(idsOf(await store().listHistory(repository, digest))).toEqual(
        idsOf([change, { id: `${change.id} and after` }]),
      )
      expect(idsOf(await store().listPast(repository, digest))).toEqual(idsOf([change]))
    }
    const history = await store().listHistory(repository, digest)
    expect(idsOf(history)).toEqual(['0', 'tag before', '0 and after', 'tag after'])
    const listed = (await store().listChanges(at(0), at(2_000))).filter(change => change.repository === repository)
    expect(listed).toHaveLength(2 * images.length + 2)
    expect(new Set(idsOf(listed)).size).toBe(listed.length)
  })

  it('shows the entry of one that was announced and is not saved once', async () => {
    const repository = freshId()
    const [first, ...others] = await create(repository, 3)
    if (!first) throw new Error('expected an image')

    await store().announceSaves([first, ...others])
    for (const image of others) await saveOver(image, `${image.change.id} and after`)

    expect(await store().findImage(repository, first.digest)).toEqual(first)
    expect(await store().listHistory(repository, first.digest)).toEqual([first.change])
    const listed = (await store().listChanges(at(0), at(999))).filter(change => change.repository === repository)
    expect(idsOf(listed)).toEqual(['0', '1', '2'])
  })

  it('keeps what another wrote over one that was announced', async () => {
    const repository = freshId()
    const [image, other] = await create(repository, 2)
    if (!image || !other) throw new Error('expected two images')
    await store().announceSaves([image, other])
    const winner = await saveOver(image, `${repository} of another`, 1_000)

    const lost = saveOver(image, `${repository} late`, 1_001)

    await expect(lost).rejects.toBeInstanceOf(ConflictError)
    await expect(lost).rejects.toMatchObject({ current: winner })
    const current = await store().findImage(repository, image.digest)
    if (!current) throw new Error('expected the image')
    await saveOver(current, `${repository} decided again`, 1_002)
    const history = await store().listHistory(repository, image.digest)
    expect(idsOf(history)).toEqual(['0', 'of another', 'decided again'])
  })

  it('tells of a deletion that ended soon after it began by two entries, before and after it is written over', async () => {
    const [repository, policy] = [freshId(), `eu-1/team/${freshId().split('/').at(-1)}`]
    const by = { actor: `policy ${policy}`, runId: 'run', facts: ['a fact'] }
    const begin = entryOf(`${repository} begin`, 1_000, { action: 'deletion-started', ...by })
    const last = entryOf(`${repository} end`, 1_050, { action: 'deleted', ...by, facts: ['a fact', 'marked'] })
    const marked = await store().saveImage(imageDraft(repository, { change: begin }), undefined)
    const shown = async () => ({
      image: await store().listHistory(repository, marked.digest),
      policy: await store().listPolicyChanges(policy, at(0), at(2_000)),
      times: (await store().listChanges(at(0), at(2_000))).filter(one => one.repository === repository),
      /** The end is outside of it. */
      begun: await store().listPolicyChanges(policy, at(0), at(1_049)),
      /** The begin is. */
      ended: await store().listPolicyChanges(policy, at(1_050), at(2_000)),
    })

    const change = { ...last, begun: { id: begin.id, at: begin.at } }
    const deleted = await store().saveImage({ ...marked, goneAt: at(1_050), change }, marked)

    const ofRepository = (entries: readonly object[]) => entries.map(entry => ({ ...entry, repository }))
    const both = [begin, last]
    const [begun, ended] = [ofRepository([begin]), ofRepository([last])]
    const before = { image: both, policy: ofRepository(both), times: ofRepository(both), begun, ended }
    expect(await shown()).toEqual(before)
    expect(await store().listPast(repository, marked.digest)).toEqual([])
    await saveOver(deleted, `${repository} found`, 3_000)
    expect(await shown()).toEqual({ ...before, image: [...both, expect.objectContaining({ at: at(3_000) })] })
  })
}
