import { expect, it } from 'vitest'
import { sizeText } from '../../../shared/domain/size.ts'
import { manifestStatus } from '../../../shared/reconcile/manifest-status.ts'
import { digestOf, imageDraft } from '../../support/records.ts'

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [54_321_000, '54.3 MB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [2 ** 53, '9.0 PB'],
])('%d bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text)
})

it('kubectl shows the size that the command shows', () => {
  const image = {
    ...imageDraft('registry.example.com/app', { digest: digestOf('a'), sizeBytes: 54_321_000 }),
    number: 1,
  }

  expect(manifestStatus(image, [])).toMatchObject({ size: sizeText(54_321_000) })
})
