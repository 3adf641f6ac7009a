import { expect, it } from 'vitest'
import { amountText } from '../../../shared/domain/amount-text.ts'

it.each([
  [0, 'image', '0 images'],
  [1, 'image', '1 image'],
  [1, 'repository', '1 repository'],
  [2, 'repository', '2 repositories'],
  [30, 'day', '30 days'],
])('says %i %s as %s', (amount, of, text) => {
  expect(amountText(amount, of)).toBe(text)
})
