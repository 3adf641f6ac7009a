import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Digest } from '../../../../shared/domain/digest.ts'
import { isToPutAway } from '../../../../shared/domain/lifecycle/put-away.ts'
import { referrersTag } from '../../../../shared/domain/retention/versions/tag-kind.ts'
import { anyRepository } from '../../../../shared/domain/usage-records.ts'
import { readRepositoryWorld } from '../../../../shared/sweep/world/read-world.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { at, digestOf, entryOf, freshId, imageDraft, tagDraft, usageOf } from '../../../support/records.ts'
import { removeExpired } from '../../../support/remove-expired.ts'
import { rulebookWith } from '../../../support/rulebook.ts'
import { isThorough } from '../../../support/thoroughness.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const day = 86_400
const now = at(10 * day)
const few = 5
const place = fc.integer({ min: 0, max: few - 1 })
const digestAt = (one: number): Digest => digestOf(`image ${one}`)
const tagNames = ['v1', 'v2', referrersTag(digestAt(0)), `${referrersTag(digestAt(1))}.sig`]
/** Gone long ago, or a moment ago. */
const goneAt = fc.option(fc.constantFrom(at(0), now), { nil: undefined })

const images = fc.array(
  fc.record({
    goneAt,
    children: fc.array(place, { maxLength: 2 }),
    subject: fc.option(place, { nil: undefined }),
    deletes: fc.option(fc.subarray(tagNames), { nil: undefined }),
    byPolicy: fc.boolean(),
  }),
  { minLength: few, maxLength: few },
)
const tags = fc.uniqueArray(fc.record({ name: fc.constantFrom(...tagNames), on: place, goneAt }), {
  selector: ({ name }) => name,
})
/** Of the repository by a name, or by digest alone. */
type Use = { readonly name: string } | { readonly digest: Digest }
const uses = fc.array(
  fc.record({
    on: fc.oneof(
      place.map((one): Use => ({ name: `@${digestAt(one)}` })),
      fc.constantFrom(...tagNames).map((tag): Use => ({ name: `:${tag}` })),
      place.map((one): Use => ({ digest: digestAt(one) })),
    ),
    isEnded: fc.boolean(),
  }),
  { maxLength: 3 },
)
const world = fc.record({ images, tags, uses })
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

const there = { goneAt: undefined, children: [], subject: undefined, deletes: undefined, byPolicy: false }
/** What runs by a tag that is gone, of an index that the registry denied, and of which it still holds a part. */
const usedByTag: World = {
  images: [{ ...there, goneAt: at(0), children: [1] }, there, there, there, there],
  tags: [{ name: 'v1', on: 0, goneAt: at(0) }],
  uses: [{ on: { name: ':v1' }, isEnded: false }],
}

async function save(repository: string, { images, tags, uses }: World): Promise<void> {
  const { store } = local
  for (const [at, { goneAt, children, subject, deletes, byPolicy }] of images.entries()) {
    const change = entryOf(`${repository} ${at}`, 0, {
      digest: digestAt(at),
      ...(goneAt && { at: goneAt, action: byPolicy ? 'deleted' : 'image-gone', actor: 'policy eu-1/team/cleanup' }),
    })
    const draft = imageDraft(repository, {
      digest: digestAt(at),
      change,
      children: children.map(digestAt),
      ...(subject !== undefined && { subject: digestAt(subject) }),
      ...(deletes && !goneAt && { deletion: { runId: 'run', startedAt: now, tags: deletes } }),
      ...(goneAt && { goneAt }),
    })
    await store.saveImage(draft, undefined)
  }
  for (const { name, on, goneAt } of tags) {
    const change = entryOf(`${repository} ${name}`, 0, {
      tag: name,
      digest: digestAt(on),
      ...(goneAt && { at: goneAt }),
    })
    const draft = tagDraft(repository, { tag: name, digest: digestAt(on), change, ...(goneAt && { goneAt }) })
    await store.saveTag(draft, undefined)
  }
  await store.saveUsage(
    uses.map(({ on, isEnded }, at) => {
      const where = 'name' in on ? { image: `${repository}${on.name}` } : anywhere(on.digest, repository)
      return usageOf(repository, { name: `web-${at}`, ...where, ...(isEnded && { endedAt: now }) })
    }),
  )
}

/** A reference by digest alone, of a workload of its own. */
const anywhere = (digest: Digest, repository: string) => ({
  repository: anyRepository,
  image: digest,
  namespace: repository.replaceAll('/', '-'),
})

it('whatever is judged and deleted by is the same once what is gone was put away', async () => {
  let left = 0
  await fc.assert(
    fc.asyncProperty(world, async generated => {
      const { store } = local
      const repository = freshId()
      await save(repository, generated)
      const read = async () => {
        const { usage, ...rest } = await readRepositoryWorld(repository, store, rulebookWith())
        return { ...rest, usage: usage.map(one => JSON.stringify(one)).sort() }
      }
      const before = await read()
      const all = { tags: await store.listTags(repository), images: await store.listImages(repository) }
      const goneTags = all.tags.filter(one => isToPutAway(one, now))
      const goneImages = all.images.filter(one => isToPutAway(one, now))
      const gone = goneTags.length + goneImages.length

      await store.putAwayTags(goneTags, now)
      await store.putAwayImages(goneImages, now)
      const leaving = await read()
      await removeExpired(local, now)
      const after = await read()

      expect(leaving).toEqual(before)
      expect(after).toEqual(before)
      const listed = (await store.listTags(repository)).length + (await store.listImages(repository)).length
      expect(listed).toBe(all.tags.length + all.images.length - gone)
      left += gone
    }),
    { numRuns: isThorough ? 1000 : 15, examples: [[usedByTag]] },
  )

  expect(left).toBeGreaterThan(20)
}, 600_000)
