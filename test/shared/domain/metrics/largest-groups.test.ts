import { describe, expect, it } from 'vitest'
import { largestGroups, mostFailing } from '../../../../shared/domain/metrics/largest-groups.ts'

const versionsOf = (image: string, count: number, namespace = 'shop') =>
  Array.from({ length: count }, (_, at) => ({ namespace, image, tag: `v${at}` }))

describe('series of versions', () => {
  it('are one for each version, also of two objects that track the same, and none without a tag', () => {
    const tracked = [
      ...versionsOf('r/web', 2),
      ...versionsOf('r/web', 2),
      { ...versionsOf('r/web', 1)[0], tag: undefined },
    ]

    const { groups, dropped } = largestGroups(tracked as Parameters<typeof largestGroups>[0])

    expect(groups).toEqual([{ namespace: 'shop', image: 'r/web', tags: ['v0', 'v1'] }])
    expect(dropped).toBe(0)
  })

  it('are of the largest groups first, and what is left out is counted', () => {
    const tracked = [...versionsOf('r/small', 2), ...versionsOf('r/large', 5), ...versionsOf('r/mid', 3)]

    const { groups, dropped } = largestGroups(tracked, 7)

    expect(groups.map(({ image, tags }) => [image, tags.length])).toEqual([
      ['r/large', 5],
      ['r/mid', 2],
    ])
    expect(dropped).toBe(3)
  })

  it('are no more than their record has room for, however long the tags', () => {
    const tracked = Array.from({ length: 9_000 }, (_, at) => ({
      namespace: 'shop',
      image: 'r/web',
      tag: `${at}`.padStart(128, 'x'),
    }))

    const { groups, dropped } = largestGroups(tracked)

    expect(groups[0]?.tags.length).toBe(3_125)
    expect(dropped).toBe(9_000 - 3_125)
  })

  it('are the same whatever the order of the objects', () => {
    const tracked = [...versionsOf('r/a', 3), ...versionsOf('r/b', 3), ...versionsOf('r/a', 3, 'other')]

    expect(largestGroups(tracked.toReversed(), 5)).toEqual(largestGroups(tracked, 5))
  })
})

it('of objects that fail those are shown that failed most often in a row', () => {
  const objects = Array.from({ length: 1_200 }, (_, at) => ({ namespace: 'shop', name: `o${at}`, failures: at }))

  const { shown, dropped } = mostFailing(objects)

  expect([shown.length, shown[0]?.failures, shown.at(-1)?.failures, dropped]).toEqual([1_000, 1_199, 200, 199])
})
