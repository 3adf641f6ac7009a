import fc from 'fast-check'
import { expect, it } from 'vitest'
import { itemCodec } from '../../../../shared/adapters/store/items.ts'
import { imageRecord, tagRecord } from '../../../../shared/domain/records/images.ts'
import { digestOf } from '../../../support/records.ts'

const instant = fc.date({
  min: new Date('0001-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59Z'),
  noInvalidDate: true,
})
const digest = fc.string().map(digestOf)
const text = fc.string()
const change = fc.record({
  id: text,
  at: instant,
  actor: text,
  action: fc.constantFrom('tag-created', 'marked', 'deleted') as fc.Arbitrary<'tag-created' | 'marked' | 'deleted'>,
  digest,
  reason: text,
  facts: fc.array(text),
})
const number = fc.nat()

const image = fc.record(
  {
    repository: text,
    digest,
    firstSeenAt: instant,
    pushedAt: fc.record({ at: instant, source: fc.constantFrom('registry' as const, 'event' as const) }),
    stage: fc.constantFrom('Use' as const, 'Cleanup' as const),
    change,
    number,
    sizeBytes: fc.nat(),
    children: fc.array(digest),
    createdAt: instant,
    blobs: fc.array(fc.record({ digest, sizeBytes: fc.nat() })),
    mark: fc.record({
      policy: text,
      policyHash: text,
      runId: text,
      markedAt: instant,
      deleteAfter: instant,
      reason: text,
      facts: fc.array(text),
    }),
    deletion: fc.record({ runId: text, startedAt: instant, tags: fc.array(text) }),
  },
  { requiredKeys: ['repository', 'digest', 'firstSeenAt', 'pushedAt', 'stage', 'change', 'number'] },
)

it('reads every image back as it was written, whatever else the item holds', () => {
  const codec = itemCodec(imageRecord)

  fc.assert(
    fc.property(image, record => {
      expect(codec.fromItem({ pk: 'x', sk: 'y', ...codec.toAttributes(record) })).toEqual(record)
    }),
  )
})

it('stores instants as RFC 3339 text and leaves out what is not known', () => {
  const codec = itemCodec(tagRecord)
  const at = new Date('2026-01-02T03:04:05.006Z')
  const entry = {
    id: 'a',
    at,
    actor: 'sync',
    action: 'tag-created' as const,
    digest: digestOf('x'),
    reason: '',
    facts: [],
  }

  const attributes = codec.toAttributes({
    repository: 'r',
    tag: 't',
    digest: digestOf('x'),
    firstSeenAt: at,
    checkedAt: at,
    change: entry,
    number: 1,
  })

  expect(attributes.firstSeenAt).toBe('2026-01-02T03:04:05.006Z')
  expect(attributes).not.toHaveProperty('goneAt')
})

it('refuses an item that lacks what every record has', () => {
  expect(() => itemCodec(tagRecord).fromItem({ pk: 'x', sk: 'y', tag: 'v1' })).toThrow('repository')
})
