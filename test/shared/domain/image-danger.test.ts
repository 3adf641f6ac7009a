import { describe, expect, it } from 'vitest'
import type { Digest } from '../../../shared/domain/digest.ts'
import { dangersOf } from '../../../shared/domain/image-danger.ts'
import type { ImageRecord, TagRecord } from '../../../shared/domain/records/images.ts'
import type { UsageRecord } from '../../../shared/domain/records/workloads.ts'
import { everyDigest } from '../../../shared/domain/usage.ts'
import { at, digestOf, imageDraft, tagDraft, usageOf } from '../../support/records.ts'

const repository = 'registry.example.com/team/app'
const one = digestOf('one')
const two = digestOf('two')

/** Tag v1 on the image `one`. */
function known(
  image: Partial<ImageRecord>,
  tag: Partial<TagRecord> = {},
  others: readonly Partial<ImageRecord>[] = [],
) {
  const images = [image, ...others].map(rest => ({ ...imageDraft(repository, rest), number: 1 }))
  return {
    images: new Map<Digest, ImageRecord>(images.map(record => [record.digest, record])),
    tags: new Map([['v1', { ...tagDraft(repository), ...tag }]]),
  }
}

const told = (usage: Partial<UsageRecord>, ...facts: Parameters<typeof known>) =>
  dangersOf([usageOf(repository, usage)], known(...facts)).map(({ reason, text }) => [reason, text])

describe('what runs is in danger', () => {
  it.each([
    ['gone', { goneAt: at(1) }, 'ImageGone', 'is gone from the registry: a pull of it fails'],
    ['archived', { storage: 'archived' }, 'ImageArchived', 'is archived in its registry: a pull'],
    ['activating', { storage: 'activating' }, 'ImageActivating', 'is on its way out of the archive'],
    ['unreadable', { unreadable: 'odd' }, 'ImageUnreadable', 'cannot be read, so that a pull of it may fail: odd'],
  ] as const)('where its image is %s, whether tag or digest names it', (_, image, reason, text) => {
    expect(told({}, image)).toEqual([[reason, expect.stringContaining(`tag v1 ${text}`)]])
    expect(told({ image: `${repository}@${one}` }, image)).toEqual([
      [reason, expect.stringContaining(`${one} ${text}`)],
    ])
  })

  it('names the policy that archived it, and how it comes back', () => {
    const archivedBy = { policy: 'eu-1/team/cleanup', runId: 'run-1', at: at(0) }

    expect(told({}, { storage: 'archived', archivedBy })).toEqual([
      [
        'ImageArchived',
        `tag v1 is archived in its registry, by policy eu-1/team/cleanup: a pull of it fails until it is back; 'shelflife restore ${repository}@${one}' asks for it`,
      ],
    ])
    expect(told({}, { archivedBy })).toEqual([])
  })

  it('where its tag is gone, unless a digest is named beside the tag', () => {
    expect(told({}, {}, { goneAt: at(1) })).toEqual([
      ['TagGone', 'tag v1 is gone from the registry: a pull of it fails'],
    ])
    expect(told({ image: `${repository}:v1@${one}` }, {}, { goneAt: at(1) })).toEqual([])
  })

  it('where a platform of its index cannot be pulled, which an attestation need not be', () => {
    const index = { children: [two] }
    const child = (os: string) => ({
      digest: two,
      platform: { os, architecture: 'arm64' },
      storage: 'archived' as const,
    })

    expect(told({}, index, {}, [child('linux')])).toEqual([
      ['ImageArchived', expect.stringContaining(`tag v1: its platform linux/arm64 (${two}) is archived`)],
    ])
    expect(told({}, index, {}, [child('unknown')])).toEqual([])
  })

  it('with the worst first, and all who refer to it', () => {
    const names = ['web', 'api'].map(name => usageOf(repository, { name, image: `${repository}@${two}` }))
    const facts = known({ storage: 'archived' }, {}, [{ digest: two, goneAt: at(1) }])

    const dangers = dangersOf([usageOf(repository), ...names], facts)

    expect(dangers.map(({ reason, users }) => [reason, users.length])).toEqual([
      ['ImageGone', 2],
      ['ImageArchived', 1],
    ])
  })
})

it.each([
  ['one that is handed out', {}, {}],
  ['a reference that has ended', { endedAt: at(1) }, { goneAt: at(1) }],
  ['a rollback target, which nothing runs', { rollback: true }, { goneAt: at(1) }],
  ['a bare digest, which may be of any repository', { image: one }, { goneAt: at(1) }],
  ['a tag that was never seen', { image: `${repository}:v9` }, { goneAt: at(1) }],
  ['a reference that cannot be compared', { image: `${repository}@${everyDigest}` }, { goneAt: at(1) }],
])('%s is in no danger', (_, usage, image) => {
  expect(told(usage, image)).toEqual([])
})
