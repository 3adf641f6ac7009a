import { expect, it } from 'vitest'
import { parseChallenge } from '../../../../../shared/adapters/registry/oci/challenge.ts'

it.each([
  ['Basic realm="x"', { scheme: 'basic' }],
  ['basic', { scheme: 'basic' }],
  [
    'Bearer realm="https://a.example/token",service="s"',
    { scheme: 'bearer', realm: 'https://a.example/token', service: 's' },
  ],
  ['bearer realm=https://a.example/token', { scheme: 'bearer', realm: 'https://a.example/token' }],
  [
    'Bearer realm="https://a.example/t",scope="repository:a:pull,push", Basic realm="second"',
    { scheme: 'bearer', realm: 'https://a.example/t' },
  ],
  ['Basic realm="first", Bearer realm="https://a.example/t"', { scheme: 'bearer', realm: 'https://a.example/t' }],
  ['Negotiate', undefined],
  ['', undefined],
  [undefined, undefined],
])('reads %j', (header, expected) => {
  expect(parseChallenge(header)).toEqual(expected)
})

it('refuses a bearer challenge without a realm', () => {
  expect(() => parseChallenge('Bearer service="s"')).toThrow(/realm/)
})

it('B20 reads a hostile header in time', () => {
  const startedAt = performance.now()

  parseChallenge(`Bearer realm=${'"a'.repeat(100_000)}`.concat(',a='.repeat(100_000)))

  expect(performance.now() - startedAt).toBeLessThan(500)
})
