import { describe, expect, it } from 'vitest'
import { withoutGoneNodes } from '../../../../shared/domain/metrics/absent-nodes.ts'
import { mostSeries, noPulls, others } from '../../../../shared/domain/metrics/count-pulls.ts'
import { at } from '../../../support/records.ts'

const pullsOf = (node: string, image = 'r/web') => ({
  namespace: 'shop',
  node,
  image,
  succeeded: 1,
  failed: 0,
  backedOff: 0,
})
const counted = (...nodes: string[]) => ({ ...noPulls, pulls: nodes.map(node => pullsOf(node)) })
const nodesOf = ({ pulls }: ReturnType<typeof withoutGoneNodes>) => pulls.map(({ node }) => node)
const daySeconds = 86_400

describe('the counts of nodes', () => {
  it('stay for a day after a node was there, and go on where they were when it comes back', () => {
    const first = withoutGoneNodes(counted('n1', 'n2'), new Set(['n2']), at(0))
    const later = withoutGoneNodes(first, new Set(['n2']), at(daySeconds - 1))
    const back = withoutGoneNodes(later, new Set(['n1', 'n2']), at(daySeconds + 1))

    expect([first, later, back].map(nodesOf)).toEqual([
      ['n1', 'n2'],
      ['n1', 'n2'],
      ['n1', 'n2'],
    ])
    expect(back.absentSince).toEqual({})
  })

  it('end a day after it was there last, and what is counted together does not', () => {
    const first = withoutGoneNodes(counted('n1', 'n2', others), new Set(['n2']), at(0))

    const last = withoutGoneNodes(first, new Set(['n2']), at(daySeconds))

    expect(nodesOf(last)).toEqual(['n2', others])
    expect(last.absentSince).toEqual({})
  })

  it('end at once where there is no room for others', () => {
    const full = { ...noPulls, pulls: Array.from({ length: mostSeries.pulls }, (_, n) => pullsOf('n1', `r/i${n}`)) }

    expect(withoutGoneNodes(full, new Set(['n2']), at(0)).pulls).toEqual([])
  })

  it('end like those of any other of one that is called as what every object has', () => {
    const first = withoutGoneNodes(counted('constructor', 'n2'), new Set(['n2']), at(0))

    const last = withoutGoneNodes(first, new Set(['n2']), at(daySeconds))

    expect(first.absentSince).toEqual(Object.fromEntries([['constructor', at(0).getTime()]]))
    expect(nodesOf(last)).toEqual(['n2'])
  })

  it('that end leave standing how many series had no room', () => {
    const fallen = { pulls: 3, durations: 1 }

    const left = [new Set<string>(), new Set(['n2'])].map(present =>
      withoutGoneNodes({ ...counted('n1'), fallen }, present, at(0)),
    )

    expect(left.map(one => one.fallen)).toEqual([fallen, fallen])
  })

  it('all stay where it is not known which nodes there are', () => {
    expect(nodesOf(withoutGoneNodes(counted('n1'), new Set(), at(0)))).toEqual(['n1'])
  })
})
