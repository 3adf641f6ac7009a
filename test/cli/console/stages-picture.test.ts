import { expect, it } from 'vitest'
import { countsBack, listNewest } from '../../../cli/console/stages-picture.ts'
import type { RecordedChange } from '../../../shared/domain/audit.ts'
import { at } from '../../support/records.ts'

const change = (image: string, action: RecordedChange['action'], tag?: string): RecordedChange => ({
  id: `${image} ${action}`,
  at: at(0),
  actor: 'sync',
  action,
  repository: 'registry.example.com/app',
  digest: image,
  reason: '',
  facts: [],
  ...(tag !== undefined && { tag }),
})

const now = { Introduction: 1, Use: 1, Maintenance: 0, Cleanup: 0 }

it('goes back from the counts of now by what happened each day', () => {
  const today = [change('new', 'image-recorded'), change('old', 'deleted', 'v1'), change('old', 'deleted')]
  const yesterday = [change('old', 'marked'), change('runs', 'used')]
  const before = [change('runs', 'image-recorded')]

  expect(countsBack(now, [today, yesterday, before, []])).toEqual([
    now,
    { Introduction: 0, Use: 1, Maintenance: 0, Cleanup: 1 },
    { Introduction: 1, Use: 0, Maintenance: 1, Cleanup: 0 },
    { Introduction: 0, Use: 0, Maintenance: 1, Cleanup: 0 },
  ])
})

it('counts what was used as soon as it was recorded as used, once a later change says so', () => {
  const counts = countsBack({ Introduction: 0, Use: 0, Maintenance: 1, Cleanup: 0 }, [
    [change('a', 'unused')],
    [change('a', 'image-recorded')],
    [],
  ])

  expect(counts.slice(1)).toEqual([
    { Introduction: 0, Use: 1, Maintenance: 0, Cleanup: 0 },
    { Introduction: 0, Use: 0, Maintenance: 0, Cleanup: 0 },
  ])
})

it('shows no image before it was recorded, though it is in another stage than that begins with', () => {
  const counts = countsBack({ Introduction: 0, Use: 1, Maintenance: 0, Cleanup: 0 }, [
    [change('a', 'image-recorded')],
    [],
  ])

  expect(counts[1]).toEqual({ Introduction: 0, Use: 0, Maintenance: 0, Cleanup: 0 })
})

it('never tells fewer than none', () => {
  const counts = countsBack({ Introduction: 0, Use: 0, Maintenance: 0, Cleanup: 0 }, [[change('a', 'used')], []])

  expect(counts[1]).toEqual({ Introduction: 0, Use: 0, Maintenance: 1, Cleanup: 0 })
})

it('reads no further back in a day than to the most changes, and all of a day that has few', async () => {
  const reads: string[] = []
  const store = (perHour: number) => ({
    listChanges: async (from: Date, to: Date) => {
      reads.push(`${from.toISOString().slice(11, 19)} ${to.toISOString().slice(11, 19)}`)
      const hours = Math.ceil((to.getTime() - from.getTime()) / 3_600_000)
      return Array.from({ length: perHour * hours }, (_, place) => change(`${from.getTime() + place}`, 'used'))
    },
  })
  const day = [new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T23:59:59.999Z')] as const

  const busy = await listNewest(...day, 5_000, store(3_000))
  const busyReads = reads.splice(0)
  const quiet = await listNewest(...day, 5_000, store(1))

  expect([busy.length, busyReads]).toEqual([6_000, ['23:00:00 23:59:59', '22:00:00 22:59:59']])
  expect(busy.map(({ digest }) => digest)).toEqual(busy.map(({ digest }) => digest).toSorted())
  expect([quiet.length, reads]).toEqual([
    24,
    ['23:00:00 23:59:59', '21:00:00 22:59:59', '17:00:00 20:59:59', '09:00:00 16:59:59', '00:00:00 08:59:59'],
  ])
})
