import { expect, it } from 'vitest'
import { countsBack } from '../../../cli/console/stages-picture.ts'
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
