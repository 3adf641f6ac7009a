import { expect, it } from 'vitest'
import { parseChallenge } from '../../../../../shared/adapters/registry/oci/challenge.ts'
import { growthOf } from '../../../../support/growth.ts'

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

it.each([
  [70, 700],
  [10_000, 100_000],
])('B20 reads a hostile header of %i and of %i parts in linear time', (few, many) => {
  const reading = (times: number) => () => {
    const header = `Bearer realm=${'"a'.repeat(times)}${',a='.repeat(times)}`
    for (let count = 0; count < 20; count++) parseChallenge(header)
  }

  const growth = growthOf(reading(few), reading(many))

  expect(growth).toBeLessThan(30)
})
