import { describe, expect, it } from 'vitest'
import { NamespaceTurns, namespaceShareMs, type TurnTaker } from '../../../../shared/sweep/plan/namespace-turns.ts'
import { at } from '../../../support/records.ts'

interface Named extends TurnTaker {
  readonly name: string
}

const taker = (owner: string, name: string, rest: Partial<TurnTaker> = {}): Named => ({
  owner,
  name,
  rank: 0,
  weight: 0,
  plannedAt: undefined,
  ...rest,
})

/** Who has a turn, in order, where each takes so long. */
function orderOf(turns: NamespaceTurns<Named>, msOf: (one: Named) => number = () => 0): string[] {
  const order: string[] = []
  for (let one = turns.next(); one; one = turns.next()) {
    order.push(one.name)
    turns.took(one, msOf(one))
  }
  return order
}

describe('turns of namespaces', () => {
  it('go to one of each, again one of each, until all had theirs', () => {
    const takers = [taker('a', 'a1'), taker('a', 'a2'), taker('a', 'a3'), taker('b', 'b1'), taker('b', 'b2')]

    expect(orderOf(new NamespaceTurns(takers, new Map()))).toEqual(['a1', 'b1', 'a2', 'b2', 'a3'])
  })

  it('begin with a namespace that never had one, then with that which had its last the longest ago', () => {
    const takers = [taker('a', 'a1'), taker('b', 'b1'), taker('c', 'c1')]
    const lastTurns = new Map([
      ['a', at(20)],
      ['b', at(10)],
    ])

    expect(orderOf(new NamespaceTurns(takers, lastTurns))).toEqual(['c1', 'b1', 'a1'])
  })

  it('go to whose namespace took least so far', () => {
    const takers = [taker('a', 'a1'), taker('a', 'a2'), ...[1, 2, 3, 4].map(number => taker('b', `b${number}`))]
    const msOf = ({ owner }: Named) => (owner === 'a' ? 30 : 10)

    expect(orderOf(new NamespaceTurns(takers, new Map()), msOf)).toEqual(['a1', 'b1', 'b2', 'b3', 'a2', 'b4'])
  })

  it('go, within a namespace, by rank, then to what is quick, then to what had none for longest', () => {
    const takers = [
      taker('a', 'late rank', { rank: 1 }),
      taker('a', 'dear', { weight: 9 }),
      taker('a', 'planned since', { plannedAt: at(20) }),
      taker('a', 'planned before', { plannedAt: at(10) }),
      taker('a', 'never planned'),
    ]

    const order = ['never planned', 'planned before', 'planned since', 'dear', 'late rank']
    expect(orderOf(new NamespaceTurns(takers, new Map()))).toEqual(order)
  })

  it('end for a namespace that had its share, unless it is alone', () => {
    const own = [taker('a', 'a1'), taker('a', 'a2'), taker('a', 'a3')]
    const half = () => namespaceShareMs / 2
    const beside = new NamespaceTurns([...own, taker('b', 'b1')], new Map())
    const alone = new NamespaceTurns(own, new Map())

    expect(orderOf(beside, half)).toEqual(['a1', 'b1', 'a2'])
    expect(beside.left()).toEqual([{ taker: own[2], isSpent: true }])
    expect(orderOf(alone, half)).toEqual(['a1', 'a2', 'a3'])
    expect(alone.left()).toEqual([])
  })
})
