import { expect, it } from 'vitest'
import type { ImageRecord, TagRecord } from '../../../../shared/domain/records/images.ts'
import { ruledImagesOf } from '../../../../shared/domain/registry-rules/ruled-images.ts'
import { at, digestOf, imageDraft, tagDraft } from '../../../support/records.ts'

const id = 'registry.example.com/team/app'
const image = (seed: string, rest: Partial<ImageRecord> = {}): ImageRecord => ({
  ...imageDraft(id, { digest: digestOf(seed), ...rest }),
  number: 1,
})
const tag = (name: string, seed: string, rest: Partial<TagRecord> = {}): TagRecord => ({
  ...tagDraft(id, { tag: name, digest: digestOf(seed), ...rest }),
  number: 1,
})

it('leaves out what is gone, and knows what an index holds and what is attached', () => {
  const images = [
    image('index', { children: [digestOf('child'), digestOf('index')] }),
    image('child'),
    image('gone', { goneAt: at(1) }),
    image('signature', { subject: digestOf('index') }),
    image('sbom'),
  ]
  const hex = digestOf('index').slice('sha256:'.length)
  const tags = [tag('v1', 'index'), tag('v0', 'child', { goneAt: at(1) }), tag(`sha256-${hex}.sbom`, 'sbom')]

  const found = ruledImagesOf(images, tags)

  expect(found.map(one => [one.tags, one.isPart, one.isAttached])).toEqual([
    [['v1'], false, false],
    [[], true, false],
    [[], false, true],
    [[`sha256-${hex}.sbom`], false, true],
  ])
})

it("takes the registry's word for the push, and else the earliest that is known", () => {
  const pushed = (pushedAt: ImageRecord['pushedAt']) => {
    const [one] = ruledImagesOf([image('one', { firstSeenAt: at(50), pushedAt })], [])
    return [one?.pushedAt, one?.isPushTold]
  }
  expect(pushed({ at: at(10), source: 'registry' })).toEqual([at(10), true])
  expect(pushed({ at: at(90), source: 'event' })).toEqual([at(50), false])
  expect(pushed({ at: at(40), source: 'event' })).toEqual([at(40), false])
})

it('counts no read of our own as a pull', () => {
  const pulled = (rest: Partial<ImageRecord>) => ruledImagesOf([image('one', rest)], [])[0]?.pulledAt
  expect(pulled({ ownReadAt: at(20) })).toBeUndefined()
  expect(pulled({ pulledAt: at(10), ownReadAt: at(20) })).toEqual(at(10))
})

it('knows a tag that came later than its image, and what ECR has archived', () => {
  const images = [image('one', { firstSeenAt: at(10), storage: 'archived' })]
  const tags = [tag('v1', 'one', { firstSeenAt: at(10) }), tag('stable', 'one', { firstSeenAt: at(70) })]

  expect(ruledImagesOf(images, tags)).toMatchObject([{ retaggedAt: at(70), isArchived: true }])
  expect(ruledImagesOf(images, tags.slice(0, 1))[0]).not.toHaveProperty('retaggedAt')
})
