import { expect, it } from 'vitest'
import { parseImageConfig } from '../../../../shared/adapters/registry/image-config.ts'
import { createOciReader } from '../../../../shared/adapters/registry/oci/oci-registry.ts'
import { failureOf } from '../../../support/failure-of.ts'
import { someDigest, startFakeRegistry } from './fake-registry.ts'

const parse = (value: unknown) => parseImageConfig(Buffer.from(JSON.stringify(value)))

it.each([
  '1970-01-01T00:00:00Z',
  '1980-01-01T00:00:01Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '2026-11-24T01:02:03.123456789+02:00',
])('B18 gives the created date as it is: %s', created => {
  expect(parse({ created })?.createdAt).toEqual(new Date(created))
})

it.each([undefined, '', 'yesterday', '2026', '2026-13-45T99:99:99Z', 1_700_000_000, null])(
  'B18 leaves out the created date %j',
  created => {
    expect(parse({ created, os: 'linux' })).toEqual({ os: 'linux' })
  },
)

it('leaves out what is no word', () => {
  expect(parse({ os: 'a\nb', architecture: 'x'.repeat(65), variant: 8 })).toEqual({})
})

it.each(['', 'text', '[1]', 'null', '"x"'])('is none for %j', text => {
  expect(parseImageConfig(Buffer.from(text))).toBeUndefined()
})

it('B17 is refused when its bytes hash to another digest', async () => {
  const registry = await startFakeRegistry((_request, response) => response.end('{"os":"linux"}'))

  const failure = await failureOf(createOciReader(registry.options).findConfig('team/app', someDigest))

  expect(failure).toMatchObject({ name: 'InvalidInputError' })
})
