import { expect, it } from 'vitest'
import { retryAfterMsOf } from '../../../../shared/adapters/http/retry-after.ts'

const now = new Date('2026-11-24T00:00:00Z')
const hourMs = 3_600_000

it.each([
  ['seconds', '3', 3_000],
  ['seconds with a fraction', '1.5', 1_500],
  ['an HTTP-date', 'Tue, 24 Nov 2026 00:00:30 GMT', 30_000],
  ['a unix time', String(now.getTime() / 1000 + 20), 20_000],
  ['a unix time in milliseconds', String(now.getTime() + 20_000), 20_000],
  ['an absurd number of seconds', '99999999', hourMs],
  ['a date in the next century', 'Sun, 24 Nov 2126 00:00:00 GMT', hourMs],
  ['a past unix time such as 10^9', '1000000000', undefined],
  ['a negative number', '-5', undefined],
  ['zero', '0', undefined],
  ['a past date', 'Mon, 23 Nov 2026 00:00:00 GMT', undefined],
  ['text', 'soon', undefined],
  ['nothing', '', undefined],
])('F16 reads %s', (_name, header, expected) => {
  expect(retryAfterMsOf({ 'retry-after': header }, now)).toBe(expected)
})

it('F16 is undefined where it is absent', () => {
  expect(retryAfterMsOf({}, now)).toBeUndefined()
})

it("F16 reads Docker Hub's spelling", () => {
  expect(retryAfterMsOf({ 'x-retry-after': String(now.getTime() / 1000 + 5) }, now)).toBe(5_000)
})
