import { describe, expect, it } from 'vitest'
import { written } from '../../../../shared/domain/notifications/message.ts'
import {
  deletionsAhead,
  goingOf,
  inDanger,
  runsEnded,
  waitsForApproval,
} from '../../../../shared/domain/notifications/notices.ts'
import { hears, receivers } from '../../../../shared/domain/notifications/receiver.ts'
import type { ImageRecord } from '../../../../shared/domain/records/images.ts'
import type { Told } from '../../../../shared/domain/records/notifications.ts'
import type { PolicyRecord, RunRecord } from '../../../../shared/domain/records/policies.ts'
import { at, digestOf, imageDraft } from '../../../support/records.ts'

const hour = 3600
const policy = 'eu/shop/nightly'

const marked = (seed: string, markedAt: number, deleteAfter: number) => ({
  ...imageDraft('registry.example.com/shop/web', { digest: digestOf(seed), sizeBytes: 500_000_000 }),
  number: 1,
  mark: {
    policy,
    policyHash: 'h',
    runId: 'r',
    markedAt: at(markedAt),
    deleteAfter: at(deleteAfter),
    reason: '',
    facts: [],
  },
})

const run = (rest: Partial<RunRecord>): RunRecord => ({
  runId: 'r1',
  trigger: 'Scheduled',
  result: 'Success',
  startTime: at(0),
  completionTime: at(hour),
  dryRun: false,
  scanned: 9,
  candidates: 3,
  deleted: 3,
  failed: 0,
  keptRecent: 0,
  keptInUse: 0,
  keptExcluded: 0,
  freedBytes: 2_000_000,
  message: '',
  items: [],
  ...rest,
})

const record = (rest: Partial<PolicyRecord>): PolicyRecord => ({
  id: policy,
  uid: 'u',
  totalDeleted: 0,
  totalFreedBytes: 0,
  runs: [],
  number: 1,
  ...rest,
})

const textOf = (notice: { lines: readonly Parameters<typeof written>[0][] } | undefined) =>
  notice?.lines.map(line => written(line, text => text)).join('\n')

const ahead = (images: readonly ImageRecord[], told: Told | undefined, now: Date) =>
  deletionsAhead(
    policy,
    images.flatMap(image => goingOf(image, now) ?? []),
    told,
    now,
  )

describe('deletions ahead', () => {
  it('say when the first goes, how many, how much, by which policy, and how to keep them', () => {
    const notice = ahead([marked('a', 0, 26 * hour), marked('b', 0, 30 * hour)], undefined, at(hour))

    expect(textOf(notice)).toContain(
      'Tomorrow (2026-01-02) from 02:00 UTC 2 images of 1 repository go, up to 1.0 GB, by policy eu/shop/nightly',
    )
    expect(textOf(notice)).toContain('kubectl annotate imagecleanuppolicy nightly -n shop theriseunion.io/pause=keep')
  })

  it('are told once a day, and the next day only what is new', () => {
    const images = [marked('a', 0, 26 * hour), marked('b', 0, 50 * hour)]
    const first = ahead(images, undefined, at(hour))
    const told = { subject: 'deletions-ahead', at: at(hour), basis: '', upTo: first?.upTo ?? at(0) } as const

    expect(ahead(images, told, at(2 * hour))).toBeUndefined()
    expect(textOf(ahead(images, told, at(25 * hour)))).toContain('1 image of 1 repository goes')
  })

  it('tell of a mark that was made after the last message, though it ends before what that told of', () => {
    const told = { subject: 'deletions-ahead', at: at(hour), basis: '', upTo: at(48 * hour) } as const

    expect(ahead([marked('a', 25 * hour, 27 * hour)], told, at(26 * hour))).toBeDefined()
  })

  it('tell of a mark that bears a time shortly before the last message, and may have been written after it', () => {
    const told = { subject: 'deletions-ahead', at: at(2 * hour), basis: '', upTo: at(48 * hour) } as const
    const markedAt = (seconds: number) => [marked('a', seconds, 40 * hour)]

    expect(ahead(markedAt(2 * hour - 14 * 60), told, at(26 * hour))).toBeDefined()
    expect(ahead(markedAt(2 * hour - 15 * 60), told, at(26 * hour))).toBeUndefined()
  })

  it('keep of an image only what a message says, and nothing of one that goes later', () => {
    expect(goingOf(marked('a', 0, 26 * hour), at(hour))).toEqual({
      repository: 'registry.example.com/shop/web',
      sizeBytes: 500_000_000,
      mark: { markedAt: at(0), deleteAfter: at(26 * hour) },
    })
    expect(goingOf(marked('a', 0, 48 * hour), at(hour))).toBeUndefined()
  })
})

describe('runs that ended', () => {
  it('say what they did and the command that undoes it', () => {
    const text = textOf(runsEnded(record({ runs: [run({})] }), undefined, at(2 * hour)))

    expect(text).toContain('ended at 2026-01-01 01:00 UTC, done: 3 deleted, 0 failed, 2.0 MB freed')
    expect(text).toContain('shelflife restore --run eu/shop/nightly/r1')
  })

  it('say why they failed, in the words of the status', () => {
    const failed = run({ deleted: 0, result: 'Failed', message: 'the registry does not answer' })

    const text = textOf(runsEnded(record({ runs: [failed] }), undefined, at(2 * hour)))

    expect(text).toContain('failed: 0 deleted, 0 failed, 2.0 MB freed. Why: the registry does not answer')
  })

  it('are not told where they did nothing, were dry, or are told already', () => {
    const told = { subject: 'run-ended', at: at(hour), basis: 'r1', upTo: at(hour) } as const

    expect(runsEnded(record({ runs: [run({ deleted: 0 })] }), undefined, at(2 * hour))).toBeUndefined()
    expect(runsEnded(record({ runs: [run({ dryRun: true })] }), undefined, at(2 * hour))).toBeUndefined()
    expect(runsEnded(record({ runs: [run({})] }), told, at(30 * hour))).toBeUndefined()
  })
})

it('a plan that waits is told once, again when it is another, and every week', () => {
  const waiting = record({ approval: { wanted: { hash: 'abc', count: 1, message: 'too many', repositories: [] } } })
  const told = (basis: string) => ({ subject: 'waits-for-approval', at: at(0), basis }) as const

  expect(textOf(waitsForApproval(waiting, undefined, at(0)))).toContain('shelflife approve eu/shop/nightly --hash abc')
  expect(waitsForApproval(waiting, told('abc'), at(25 * hour))).toBeUndefined()
  expect(waitsForApproval(waiting, told('old'), at(25 * hour))).toBeDefined()
  expect(waitsForApproval(waiting, told('abc'), at(7 * 24 * hour))).toBeDefined()
})

it('images in danger are told by namespace, and not where there are none', () => {
  const home = { cluster: 'eu', namespace: 'shop' }

  expect(textOf(inDanger(home, 2, undefined, at(0)))).toContain('2 Repository objects of eu/shop say InDanger')
  expect(inDanger(home, 0, undefined, at(0))).toBeUndefined()
})

it('a receiver hears its own namespaces and no others', () => {
  const [one] = receivers.parse([
    { name: 'shop', kind: 'slack', secret: 's', clusters: ['eu'], namespaces: ['shop-*'] },
  ])
  const isHeard = one && hears(one)

  expect(isHeard?.({ cluster: 'eu', namespace: 'shop-a' })).toBe(true)
  expect(isHeard?.({ cluster: 'us', namespace: 'shop-a' })).toBe(false)
  expect(isHeard?.({ cluster: 'eu', namespace: 'bank' })).toBe(false)
})
