import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { packRecord, unpackRecord } from '../../../../shared/adapters/store/packed-record.ts'
import { digestOf } from '../../../support/records.ts'

const known = ['registry.example.com/team/app', `IMAGE#${digestOf('one')}`]

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    digestOf('one'),
    digestOf('two'),
    digestOf('two').slice('sha256:'.length),
    digestOf('two').toUpperCase(),
    `sha512:${'a'.repeat(128)}`,
    'c0ffee00-0000-4000-8000-000000000000',
    'pushed 2026-01-01T00:00:00Z by registry, created 1969-12-31T23:59:59Z',
    '2026-01-01T00:00:00.000Z',
    '2026-02-31T00:00:00.000Z',
    '9999-12-31T23:59:59.999Z',
    '\u0001\u0006 0\u0006 \u2028',
  ),
)
const { value } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
}))
const record = fc.dictionary(text, value, { maxKeys: 6 })

it('gives back what JSON holds, as it was', () => {
  fc.assert(
    fc.property(record, one => {
      const json: unknown = JSON.parse(JSON.stringify(one))

      const packed = packRecord(json as object, known)

      expect(packed && unpackRecord(packed, known)).toEqual(json)
    }),
  )
})

it('packs nothing that would come back as something else', () => {
  for (const odd of [{ bytes: Uint8Array.of(1) }, { at: new Date(0) }, { none: undefined }, { zero: -0 }])
    expect(packRecord(odd, known)).toBeUndefined()
})

it('reads nothing out of bytes that it did not make', () => {
  const packed = packRecord({ digest: digestOf('two'), at: '2026-01-01T00:00:00.000Z' }, known) ?? Uint8Array.of()

  const cut = Array.from({ length: packed.length }, (_, length) => packed.subarray(0, length))
  const others = [Buffer.concat([Buffer.of(2), packed.subarray(1)]), randomBytes(40), Buffer.of(1, 255, 255, 255, 3)]

  for (const bytes of [...cut, ...others]) expect(unpackRecord(bytes, known)).toBeUndefined()
})

it('takes no room for what its key says', () => {
  const [repository = '', digest] = [known[0], digestOf('one')]
  const own = packRecord({ repository, digest }, known)
  const other = packRecord({ repository: repository.toUpperCase(), digest: digestOf('two') }, known)

  expect((own?.length ?? 0) + 50).toBeLessThan(other?.length ?? 0)
})
