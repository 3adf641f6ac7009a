import { expect, it } from 'vitest'
import { takingsOf } from '../../../../shared/domain/registry-rules/registry-rules.ts'
import { isSoon, type RuledImage, takingText } from '../../../../shared/domain/registry-rules/taking.ts'
import { digestOf } from '../../../support/records.ts'
import { dayAt, ruled } from './ruled.ts'

const now = dayAt(0)
const aged = (value: string, rest: object = {}) => ({ method: 'creation_date', value, ...rest })
const counted = (value: number, rest: object = {}) => ({ method: 'number_of_tags', value, ...rest })

function reportOf(images: readonly RuledImage[], ofRepository: object[], ofOrganization: object[] = []) {
  const text = JSON.stringify({ organization: { policies: ofOrganization }, repository: { policies: ofRepository } })
  return takingsOf({ kind: 'quay-autoprune', text }, 'team/app', images, { now, isIncomplete: false })
}
const takingOf = (image: RuledImage, ...policies: object[]) => reportOf([image], policies).takings.get(image.digest)

it('an image goes so long after its tag came to it, and not after its push', () => {
  const taking = takingOf(ruled('v1', 90, { tagTimes: [dayAt(-10)] }), aged('2w'))

  expect(taking?.when).toEqual({ kind: 'time', at: dayAt(4), isLatest: false })
})

it('an image stays while one of its tags does', () => {
  const image = ruled('v1', 90, { tags: ['v1', 'prod'], tagTimes: [dayAt(-90), dayAt(-90)] })

  const stays = takingOf(image, aged('30d', { tagPattern: '^prod$', tagPatternMatches: false }))
  const goes = takingOf(image, aged('30d'))

  expect(stays).toBeUndefined()
  expect(goes?.when).toMatchObject({ kind: 'time', at: dayAt(-60) })
})

it('an image goes with the last of its tags', () => {
  const image = ruled('v1', 90, { tags: ['v1', 'prod'], tagTimes: [dayAt(-90), dayAt(-20)] })

  const taking = takingOf(image, aged('30d'))

  expect(taking?.when).toMatchObject({ kind: 'time', at: dayAt(10) })
})

it('a policy for a number counts tags, not images, and of the pattern alone', () => {
  const two = ruled('two', 1, { tags: ['v3', 'v4'], tagTimes: [dayAt(-1), dayAt(-1)] })
  const images = [ruled('v1', 30), ruled('v2', 20), two, ruled('main', 0)]

  const report = reportOf(images, [counted(3, { tagPattern: '^v', tagPatternMatches: true })])

  expect(report.takings.get(digestOf('v1'))?.when).toMatchObject({ kind: 'time', at: dayAt(-1) })
  expect(report.takings.get(digestOf('v2'))?.when).toEqual({ kind: 'count', of: 'push', more: 1, lately: 2 })
  expect(report.takings.has(digestOf('main'))).toBe(false)
})

it('of several policies the first takes a tag', () => {
  const image = ruled('v1', 20)

  const [longer] = reportOf([image], [aged('30d')], [aged('60d')]).takings.values()
  const [both] = reportOf([image], [counted(9)], [aged('30d')]).takings.values()

  expect(longer && takingText(longer)).toContain('the auto-prune policy of the repository (older than 30d)')
  expect(both && isSoon(both, now)).toBe(false)
  expect(both?.when).toMatchObject({ kind: 'time', at: dayAt(10) })
})

it('what an index holds, what is attached, and what has no tag is left alone', () => {
  const images = [
    ruled('child', 90, { isPart: true }),
    ruled('signature', 90, { isAttached: true }),
    ruled('untagged', 90, { tags: [] }),
  ]

  const report = reportOf(images, [aged('1d')])

  expect([report.takings.size, report.unclear.size]).toEqual([0, 0])
})

it.each([
  ['a method of later versions', { method: 'last_pull', value: '30d' }, 'got "last_pull 30d"'],
  ['an age of another form', aged('1 month'), 'got "creation_date 1 month"'],
  ['a field of later versions', aged('30d', { keepSigned: true }), 'got "keepSigned"'],
  ['a pattern that is none', aged('30d', { tagPattern: '(', tagPatternMatches: true }), 'got "("'],
  ['a pattern of which it is not said what it means', aged('30d', { tagPattern: 'v' }), 'got neither'],
  ['no policy at all', 'everything', 'object'],
])('%s may take any image', (_name, policy, words) => {
  const report = reportOf([ruled('v1', 1)], [policy as object])

  expect(report.takings.size).toBe(0)
  expect(report.unclear.get(digestOf('v1'))).toContain('is not understood and may take it')
  expect(report.unclear.get(digestOf('v1'))).toContain(words)
})

it('a text that is none may take any image, and a policy for a number those of a repository that was read in part', () => {
  const rules = { kind: 'quay-autoprune', text: '' } as const
  const numbers = JSON.stringify({ organization: { policies: [] }, repository: { policies: [counted(3)] } })

  const none = takingsOf(rules, 'team/app', [ruled('v1', 1)], { now, isIncomplete: false })
  const part = takingsOf({ ...rules, text: numbers }, 'team/app', [ruled('v1', 1)], { now, isIncomplete: true })

  expect([none.unclear.size, part.unclear.size]).toEqual([1, 1])
})
