import { expect, it } from 'vitest'
import { formerTagsOf, imagesOf } from '../../../../shared/sweep/world/read-world.ts'
import { at, digestOf, imageDraft, tagDraft } from '../../../support/records.ts'

const image = {
  ...imageDraft('r', { digest: digestOf('one') }),
  number: 1,
  deletion: { runId: 'run', startedAt: at(1), tags: ['v1', 'v2', 'v3', 'v4'] },
}
const tagOn = (tag: string, name: string, isGone: boolean) => ({
  ...tagDraft('r', { tag, digest: digestOf(name) }),
  number: 1,
  ...(isGone && { goneAt: at(2) }),
})

it('F12 an image had what a sweep noted, that is gone, and that was on it until then', () => {
  const tags = [
    tagOn('v1', 'one', true),
    tagOn('v2', 'one', false),
    tagOn('v3', 'moved away before', true),
    tagOn('v4', 'pushed again', false),
    tagOn('v5', 'one', true),
  ]

  expect([...formerTagsOf([image], tags)]).toEqual([[digestOf('one'), ['v1']]])
})

it('tells a pull, which the registry knows of, from a workload that was seen to run the image', () => {
  const usage = {
    repository: 'r',
    cluster: 'eu-1',
    kind: 'Pod',
    namespace: 'team',
    name: 'web',
    image: `r@${digestOf('one')}`,
    rollback: false,
    firstSeenAt: at(1),
    endedAt: at(3),
  }
  const world = {
    id: 'r',
    record: undefined,
    tags: [],
    usage: [usage],
    formerTags: new Map(),
    deletedSubjects: new Map(),
  }

  const [seen] = imagesOf({ ...world, images: [image] })
  const [pulled] = imagesOf({ ...world, images: [{ ...image, pulledAt: at(2) }] })

  expect(seen).toMatchObject({ seenRunningAt: at(3) })
  expect(seen).not.toHaveProperty('pulledAt')
  expect(pulled).toMatchObject({ seenRunningAt: at(3), pulledAt: at(2) })
})
