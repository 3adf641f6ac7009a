import { expect, it } from 'vitest'
import { takingsOf } from '../../../../shared/domain/registry-rules/registry-rules.ts'
import { type RuledImage, takingText } from '../../../../shared/domain/registry-rules/taking.ts'
import { digestOf } from '../../../support/records.ts'
import { dayAt, ruled } from './ruled.ts'

const now = dayAt(0)
const days = (count: number): string => `${count * 86_400}s`
const deleting = (condition: object) => ({ action: 'DELETE', condition })
const keeping = (condition: object) => ({ action: 'KEEP', condition })
const newest = (keepCount: number) => ({ action: 'KEEP', mostRecentVersions: { keepCount } })

function reportOf(images: readonly RuledImage[], cleanupPolicies: object, rest: object = {}, isIncomplete = false) {
  const text = JSON.stringify({ package: 'team/app', cleanupPolicies, ...rest })
  return takingsOf({ kind: 'google-cleanup', text }, 'project/images/team/app', images, { now, isIncomplete })
}
const whenOf = (image: RuledImage, cleanupPolicies: object) =>
  reportOf([image], cleanupPolicies).takings.get(image.digest)?.when

it('an image goes once it is old enough, and at any moment where no age is said', () => {
  const old = whenOf(ruled('v1', 20), { old: deleting({ olderThan: days(30) }) })
  const any = whenOf(ruled('v1', 20), { any: deleting({}) })

  expect(old).toEqual({ kind: 'time', at: dayAt(10), isLatest: false })
  expect(any).toEqual({ kind: 'time', at: dayAt(-20), isLatest: false })
})

it('an image that one policy keeps stays, whatever others delete', () => {
  const policies = {
    old: deleting({ olderThan: days(1) }),
    release: keeping({ tagState: 'TAGGED', tagPrefixes: ['v'] }),
  }

  const report = reportOf([ruled('v1', 20), ruled('main', 20)], policies)

  expect([...report.takings.keys()]).toEqual([digestOf('main')])
})

it('an image that is kept while it is new goes after that', () => {
  const when = whenOf(ruled('x', 3, { tags: [] }), {
    untagged: deleting({ tagState: 'UNTAGGED' }),
    fresh: keeping({ tagState: 'UNTAGGED', newerThan: days(7) }),
  })

  expect(when).toEqual({ kind: 'time', at: dayAt(4), isLatest: false })
})

it('the newest stay until others come', () => {
  const images = [ruled('a', 9), ruled('b', 8), ruled('c', 1)]

  const report = reportOf(images, { all: deleting({ tagState: 'ANY' }), some: newest(2) })

  expect(report.takings.get(digestOf('a'))?.when).toMatchObject({ kind: 'time' })
  expect(report.takings.get(digestOf('b'))?.when).toEqual({ kind: 'count', of: 'push', more: 1, lately: 1 })
  expect(report.takings.get(digestOf('c'))?.when).toMatchObject({ kind: 'count', more: 2 })
})

it('all that a condition says must hold, each by one of its prefixes', () => {
  const policies = {
    some: deleting({ tagPrefixes: ['alpha', 'v0'], versionNamePrefixes: ['sha256:'], olderThan: days(1) }),
  }

  const report = reportOf([ruled('alpha-1', 2), ruled('v0.1', 2), ruled('v1.0', 2), ruled('v0.2', 0)], policies)

  expect([...report.takings].filter(([, { when }]) => when.kind === 'time' && when.at <= now)).toHaveLength(2)
  expect(report.takings.has(digestOf('v1.0'))).toBe(false)
})

it('a policy for other packages is about none of its images', () => {
  const other = reportOf([ruled('v1', 9)], { x: deleting({ packageNamePrefixes: ['web'] }) })
  const own = reportOf([ruled('v1', 9)], { x: deleting({ packageNamePrefixes: ['web', 'team/'] }) })

  expect([other.takings.size, own.takings.size]).toEqual([0, 1])
})

it('policies that are tried alone take nothing, and what an index holds stays with that', () => {
  const tried = reportOf([ruled('v1', 9)], { all: deleting({}) }, { cleanupPolicyDryRun: true })
  const child = reportOf([ruled('v1', 9, { isPart: true })], { all: deleting({}) })

  expect([tried.takings.size, child.takings.size]).toEqual([0, 0])
})

it('names the policy that takes it', () => {
  const [taking] = reportOf([ruled('v1', 40)], { 'old ones': deleting({ olderThan: days(30) }) }).takings.values()

  expect(taking && takingText(taking)).toBe('the cleanup policy "old ones" deletes it from 2025-12-22T00:00:00Z on')
})

it.each([
  ['a condition of later versions', deleting({ moreStaleThan: days(30) })],
  ['an age of another form', deleting({ olderThan: '30d' })],
  ['an action of later versions', { action: 'ARCHIVE', condition: {} }],
  ['a number of versions to delete', { action: 'DELETE', mostRecentVersions: { keepCount: 3 } }],
  ['no policy at all', 'everything'],
])('%s may take any image', (_name, policy) => {
  const report = reportOf([ruled('v1', 9)], { odd: policy })

  expect(report.takings.size).toBe(0)
  expect(report.unclear.get(digestOf('v1'))).toContain('the cleanup policy "odd" is not understood and may take it')
})

it('what is not understood takes nothing that another policy keeps for good', () => {
  const report = reportOf([ruled('v1', 9)], { odd: deleting({ moreStaleThan: days(1) }), all: keeping({}) })

  expect([report.takings.size, report.unclear.size]).toEqual([0, 0])
})

it('nothing is counted in a package that was read in part', () => {
  const report = reportOf([ruled('v1', 9)], { all: deleting({}), some: newest(2) }, {}, true)

  expect(report.takings.size).toBe(0)
  expect(report.unclear.get(digestOf('v1'))).toContain('too many to count')
})
