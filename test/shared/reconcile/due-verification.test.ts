import { expect, it } from 'vitest'
import { inTurn } from '../../../shared/reconcile/due-verification.ts'
import { at } from '../../support/records.ts'

it('T4 F30 begins with another RegistrySecret each minute, so that one that kills the run is not first for ever', () => {
  const due = ['a', 'b', 'c']

  const orders = [0, 60, 120].map(seconds => inTurn(due, at(seconds)))

  expect(orders.map(([first]) => first).toSorted()).toEqual(due)
  expect(orders.map(order => order.toSorted())).toEqual([due, due, due])
  expect(inTurn([], at(0))).toEqual([])
})
