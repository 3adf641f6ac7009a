import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  countPulls as countPullsAt,
  durationBuckets,
  mostSeen,
  mostSeries,
  noPulls,
  others,
  type PullNews,
} from '../../../../shared/domain/metrics/count-pulls.ts'
import type { PullEvent } from '../../../../shared/domain/metrics/pull-event.ts'
import type { PullCounts } from '../../../../shared/domain/records/metrics.ts'
import { at } from '../../../support/records.ts'

const eventOf = (uid: string, rest: Partial<PullEvent> = {}): PullEvent => ({
  uid,
  count: 1,
  namespace: 'shop',
  node: 'n1',
  image: 'harbor.example.com/shop/web',
  outcome: 'pulled',
  ...rest,
})

/** At one moment, where that does not matter. */
const countPulls = (before: PullCounts, portion: PullNews, now = at(0)) => countPullsAt(before, portion, now)

const news = (...events: PullEvent[]) => ({ events, isAll: false })
const sumOf = (counts: ReturnType<typeof countPulls>) =>
  (counts ?? noPulls).pulls.reduce((sum, { succeeded, failed }) => sum + succeeded + failed, 0)

describe('counting pulls', () => {
  it('counts an Event once, however often it is read', () => {
    const once = countPulls(noPulls, news(eventOf('a'), eventOf('b', { outcome: 'failed' }))) ?? noPulls

    expect(once.pulls).toEqual([
      {
        namespace: 'shop',
        node: 'n1',
        image: 'harbor.example.com/shop/web',
        succeeded: 1,
        failed: 1,
        backedOff: 0,
        countedAt: at(0).getTime() / 1000,
      },
    ])
    expect(countPulls(once, news(eventOf('a'), eventOf('b', { outcome: 'failed' })))).toBeUndefined()
  })

  it('counts of an Event that was counted up what is new of it', () => {
    const first = countPulls(noPulls, news(eventOf('a', { outcome: 'failed', count: 2 }))) ?? noPulls
    const second = countPulls(first, news(eventOf('a', { outcome: 'failed', count: 5 }))) ?? noPulls

    expect([sumOf(first), sumOf(second)]).toEqual([2, 5])
    // An answer of a server that is behind.
    expect(countPulls(second, news(eventOf('a', { outcome: 'failed', count: 3 })))).toBeUndefined()
  })

  it('forgets Events that the cluster has no more, once all were listed, and no count', () => {
    const first = countPulls(noPulls, news(eventOf('a'), eventOf('b'))) ?? noPulls
    const second = countPulls(first, { events: [eventOf('b'), eventOf('c')], isAll: true }) ?? noPulls

    expect(Object.keys(second.seen)).toHaveLength(2)
    expect(sumOf(second)).toBe(3)
  })

  it('law: whatever is read again, in whatever order and portions, the sum is that of the highest counts', () => {
    const event = fc.record({ uid: fc.constantFrom('a', 'b', 'c', 'd'), count: fc.integer({ min: 1, max: 9 }) })
    fc.assert(
      fc.property(fc.array(fc.array(event, { maxLength: 6 }), { maxLength: 6 }), portions => {
        let counts = noPulls
        for (const portion of portions)
          counts = countPulls(counts, news(...portion.map(({ uid, count }) => eventOf(uid, { count })))) ?? counts

        const highest = new Map<string, number>()
        for (const { uid, count } of portions.flat()) highest.set(uid, Math.max(count, highest.get(uid) ?? 0))
        expect(sumOf(counts)).toBe([...highest.values()].reduce((sum, count) => sum + count, 0))
      }),
    )
  })

  it('puts durations into buckets, each end in its own, and what is longer beyond the last', () => {
    const seconds = [0.5, 0.50001, 600, 601]

    const counts = countPulls(noPulls, news(...seconds.map(one => eventOf(`e${one}`, { seconds: one }))))

    const [series] = counts?.durations ?? []
    expect(series?.buckets).toHaveLength(durationBuckets.length + 1)
    expect([series?.buckets[0], series?.buckets[1], series?.buckets.at(-2), series?.buckets.at(-1)]).toEqual([
      1, 1, 1, 1,
    ])
    expect(series?.sumSeconds).toBeCloseTo(1202.00001, 5)
  })

  it('counts images beyond the limit together, so that sums stay right', () => {
    const many = Array.from({ length: mostSeries.pulls + 10 }, (_, at) => eventOf(`e${at}`, { image: `r/i${at}` }))

    const counts = countPulls(noPulls, news(...many)) ?? noPulls

    expect(counts.pulls).toHaveLength(mostSeries.pulls + 1)
    expect(counts.pulls.find(one => one.image === others)).toMatchObject({ succeeded: 10, node: others })
    expect(sumOf(counts)).toBe(many.length)
  })

  it('has room for what is pulled now: of as many as there may be the longest idle falls to the others', () => {
    const many = Array.from({ length: mostSeries.pulls - 1 }, (_, n) =>
      eventOf(`e${n}`, { image: `r/i${n}`, seconds: 2 }),
    )
    const { countedAt: _, ...series } = countPulls(noPulls, news(eventOf('o', { image: 'r/old' })))?.pulls[0] ?? {}
    const before = { ...noPulls, pulls: [series] as PullCounts['pulls'] }
    const full = countPulls(before, news(...many), at(0)) ?? noPulls
    const busy = countPulls(full, news(eventOf('b', { image: 'r/i0' })), at(60)) ?? noPulls

    const first = countPulls(busy, news(eventOf('n1', { image: 'r/new1' })), at(120)) ?? noPulls
    const last = countPulls(first, news(eventOf('n2', { image: 'r/new2', seconds: 2 })), at(180)) ?? noPulls

    const imagesOf = ({ pulls }: PullCounts) => new Set(pulls.map(({ image }) => image))
    expect([...imagesOf(busy)].filter(image => !imagesOf(first).has(image))).toEqual(['r/old'])
    expect([...imagesOf(first)].filter(image => !imagesOf(last).has(image))).toEqual(['r/i1'])
    expect(last.pulls.find(({ image }) => image === others)).toMatchObject({ succeeded: 2 })
    expect(sumOf(last)).toBe(many.length + 4)
    expect(last.pulls).toHaveLength(mostSeries.pulls + 1)
    expect(last.durations.find(({ image }) => image === others)?.sumSeconds).toBe(2 * mostSeries.durations)
    expect(last.fallen).toEqual({ pulls: 2, durations: mostSeries.durations })
  })

  it('counts no Event again of more than are remembered at once', () => {
    const many = Array.from({ length: mostSeen + 500 }, (_, at) => eventOf(`e${at}`, { count: 2 }))
    const first = countPulls(noPulls, { events: many, isAll: true }) ?? noPulls

    const unchanged = many.map(event => ({ ...event, isOld: true }))
    const [forgotten, ...rest] = unchanged
    const again = { ...forgotten, uid: 'e0', count: 3, isOld: false } as PullEvent
    const second = countPulls(first, { events: [...rest, again], isAll: true }) ?? noPulls

    expect(Object.keys(first.seen)).toHaveLength(mostSeen)
    expect(countPulls(first, { events: unchanged, isAll: true })).toBeUndefined()
    expect(sumOf(second)).toBe(sumOf(first) + 1)
  })
})
