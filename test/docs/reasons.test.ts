import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { dangerReasons } from '../../shared/domain/image-danger.ts'
import { tagRules } from '../../shared/domain/retention/rules.ts'
import { rootPath } from '../support/imports.ts'
import { filesOf, readBook } from './books.ts'

/** Where reasons of conditions, Events and runs are made. */
const sources = filesOf(
  'shared/{objects,reconcile,sweep/plan,sweep/execute}/**/*.ts',
  'shared/domain/{sync-reason,schedule,retention/deletion-reason}.ts',
  'shared/sync/run-request.ts',
)

/** The places of a source in which a word between quotes is a reason. */
const places = [
  // A field or a constant, to the end of its line.
  /\b(?:skipReason|reason)\b(?::| =) ?[^\n]*/g,
  // What makes a condition, a problem or an error of a reason and a message.
  /\b(?:conditionOf|problem|failed|ScheduleError)\([^`)]*/g,
  // A table of reasons.
  /\bconst \w*reasons\b[^{;]*\{[^}]*\}/gi,
  // A function that gives one.
  /\bfunction \w*reason\w*\([\s\S]*?\n\}/gi,
  /\bconst \w*reason\w* = \([\s\S]*?\n\n/gi,
]

const comments = /\/\*[\s\S]*?\*\/|^ *\/\/.*$/gm
const comparisons = /[!=]== '[^']*'/g
const statuses = new Set(['True', 'False', 'Unknown'])

function reasonsIn(path: string): string[] {
  const source = readFileSync(rootPath(path), 'utf8').replaceAll(comments, '').replaceAll(comparisons, '')
  const texts = places.flatMap(place => source.match(place) ?? [])
  const words = texts.flatMap(text => [...text.matchAll(/'([A-Z][A-Za-z]+)'/g)].map(([, word = '']) => word))
  return words.filter(word => !statuses.has(word))
}

const everyRule = {
  keepRecent: 1,
  keepDays: 1,
  unusedDays: 1,
  semver: { majorVersions: 1 },
}
const ofRules = tagRules.flatMap(rule => rule.conditionReason?.(everyRule) ?? [])

const reasons = [...new Set([...sources.flatMap(reasonsIn), ...dangerReasons, ...ofRules])].sort()

describe('the reasons of conditions', () => {
  // One of each way in which the code gives them.
  it.each([
    'SyncSucceeded',
    'DNSFailed',
    'RegistryNotFound',
    'NoRuleTakesIt',
    'LifecyclePolicy',
    'RunFailed',
    'InvalidTimeZone',
    'SubjectDeleted',
    'ImageGone',
    'BeyondKeepRecent',
    'PolicyDeleted',
  ])('are found in the code, %s too', reason => {
    expect(reasons).toContain(reason)
  })

  it.each(['docs/troubleshooting.md', 'docs/zh/troubleshooting.md'])('have a row each in %s', path => {
    const rows = readBook(path).text.match(/^\|[^|]*\|/gm) ?? []
    const named = new Set(rows.flatMap(row => [...row.matchAll(/`(\w+)`/g)].map(([, word = '']) => word)))

    expect(reasons.filter(reason => !named.has(reason))).toEqual([])
  })
})
