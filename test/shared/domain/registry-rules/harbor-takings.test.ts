import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { takingsOf } from '../../../../shared/domain/registry-rules/registry-rules.ts'
import { type RuledImage, takingText } from '../../../../shared/domain/registry-rules/taking.ts'
import { dayAt, ruled } from './ruled.ts'

const now = dayAt(0)
const name = 'the tag retention of Harbor project team'
/** Daily at four in the morning, as Harbor writes it. */
const daily = '0 0 4 * * *'

const selectorOf = (pattern: string, decoration = 'matches', extras?: string) => ({
  kind: 'doublestar',
  decoration,
  pattern,
  ...(extras !== undefined && { extras }),
})

/** A rule as Harbor's interface makes it: for all repositories, and all tags. */
const rule = (template: string, amount?: number, rest: object = {}) => ({
  id: 1,
  priority: 1,
  disabled: false,
  action: 'retain',
  template,
  params: amount === undefined ? {} : { [template]: amount },
  tag_selectors: [selectorOf('**', 'matches', '{"untagged":true}')],
  scope_selectors: { repository: [selectorOf('**', 'repoMatches')] },
  ...rest,
})

const textOf = (rules: readonly object[], cron = daily, immutable?: readonly object[]): string =>
  JSON.stringify({
    retention: { id: 3, algorithm: 'or', rules, trigger: { kind: 'Schedule', settings: { cron } } },
    ...(immutable && { immutable }),
  })

const reportOf = (text: string, images: readonly RuledImage[], isIncomplete = false) =>
  takingsOf({ kind: 'harbor-retention', text }, 'team/app', images, { now, isIncomplete })

function fatesOf(text: string, images: readonly RuledImage[]): Record<string, string> {
  const { takings, unclear } = reportOf(text, images)
  return Object.fromEntries(
    images.flatMap(({ digest, tags: [first = 'untagged'] }) => {
      const taking = takings.get(digest)
      const fate = taking ? takingText(taking) : unclear.get(digest)
      return fate === undefined ? [] : [[first, fate]]
    }),
  )
}

const goneAt = (time: string) => `${name} deletes it from ${time} on`
const nextRun = '2026-01-01T04:00:00Z'

it('deletes at its next run what no rule keeps, and what no rule is about', () => {
  const images = [ruled('v1', 30), ruled('v2', 2), ruled('main', 1)]
  const text = textOf([rule('nDaysSinceLastPush', 7, { tag_selectors: [selectorOf('v*')] })])
  expect(fatesOf(text, images)).toEqual({
    v1: goneAt(nextRun),
    v2: goneAt('2026-01-06T04:00:00Z'),
    main: goneAt(nextRun),
  })
})

it('keeps what any of its rules keeps, until the last of them ends', () => {
  const images = [ruled('v1', 30), ruled('v2', 2, { pulledAt: dayAt(-1) })]
  const text = textOf([rule('nDaysSinceLastPush', 7), rule('nDaysSinceLastPull', 10), rule('latestPushedK', 0)])
  expect(fatesOf(text, images)).toEqual({ v1: goneAt(nextRun), v2: goneAt('2026-01-10T04:00:00Z') })
  expect(fatesOf(textOf([rule('latestPushedK', 0), rule('always')]), images)).toEqual({})
})

it('deletes an image that was pushed just now and never pulled where it looks at pulls alone', () => {
  expect(fatesOf(textOf([rule('nDaysSinceLastPull', 7)]), [ruled('v1', 0)])).toEqual({ v1: goneAt(nextRun) })
})

it('counts pushes, pulls or both, and a tag that came later as a push', () => {
  const images = [ruled('v1', 30, { retaggedAt: dayAt(-1) }), ruled('v2', 20, { pulledAt: dayAt(-2) }), ruled('v3', 10)]
  expect(fatesOf(textOf([rule('latestPushedK', 1)]), images)).toEqual({
    v1: `${name} deletes it with the next push of other images`,
    v2: goneAt(nextRun),
    v3: goneAt(nextRun),
  })
  expect(fatesOf(textOf([rule('latestPulledN', 1)]), images)).toMatchObject({
    v1: goneAt(nextRun),
    v2: `${name} deletes it with the next pull of other images`,
  })
  expect(fatesOf(textOf([rule('latestActiveK', 2)]), images)).toMatchObject({
    v1: `${name} deletes it with the next 2 pulls of other images`,
    v3: goneAt(nextRun),
  })
})

it('is about the repositories that its rules select alone', () => {
  const scoped = (pattern: string, decoration: string) =>
    textOf([rule('latestPushedK', 0, { scope_selectors: { repository: [selectorOf(pattern, decoration)] } })])
  const images = [ruled('v1', 3)]
  expect(fatesOf(scoped('web', 'repoMatches'), images)).toEqual({})
  expect(fatesOf(scoped('app', 'repoExcludes'), images)).toEqual({})
  expect(fatesOf(scoped('{app,web}', 'repoMatches'), images)).toEqual({ v1: goneAt(nextRun) })
})

it('deletes nothing without a rule, or with none that is on', () => {
  const images = [ruled('v1', 30)]
  expect(fatesOf(textOf([]), images)).toEqual({})
  expect(fatesOf(textOf([rule('latestPushedK', 0, { disabled: true })]), images)).toEqual({})
})

it.each([
  ['matches', '{"untagged":true}', true],
  ['matches', '{"untagged":false}', false],
  ['matches', undefined, true],
  ['excludes', '{"untagged":true}', false],
  ['excludes', '{"untagged":false}', true],
  ['excludes', undefined, true],
])('keeps untagged images as Harbor reads %s with %s', (decoration, extras, keeps) => {
  const text = textOf([rule('always', undefined, { tag_selectors: [selectorOf('v*', decoration, extras)] })])
  expect(fatesOf(text, [ruled('untagged', 3, { tags: [] })])).toEqual(keeps ? {} : { untagged: goneAt(nextRun) })
})

it('leaves alone what is immutable, what an index holds and what is attached', () => {
  const lock = rule('immutable_template', undefined, { action: 'immutable', tag_selectors: [selectorOf('v1')] })
  const images = [
    ruled('v1', 30),
    ruled('v2', 30),
    ruled('child', 30, { tags: [], isPart: true }),
    ruled('signature', 30, { isAttached: true }),
  ]
  expect(fatesOf(textOf([rule('latestPushedK', 0)], daily, [lock]), images)).toEqual({ v2: goneAt(nextRun) })
})

it('says that it runs by hand alone where it has no schedule', () => {
  expect(fatesOf(textOf([rule('latestPushedK', 0)], ''), [ruled('v1', 3)])).toEqual({
    v1: `${name} deletes it as soon as somebody runs it: it has no schedule`,
  })
})

it('does not take an unknown pull time for none', () => {
  const image = ruled('v1', 3, { isPushTold: false })
  const untold = `rule 1 of ${name} looks at pulls, and this registry was not asked for their times`
  expect(fatesOf(textOf([rule('nDaysSinceLastPull', 7)]), [image])).toEqual({ v1: untold })
  expect(fatesOf(textOf([rule('latestPulledN', 7)]), [image])).toEqual({ v1: untold })
})

describe('what is not understood is told of whatever it may not keep', () => {
  it.each([
    ['a template', rule('latestDreamtOf', 3), 'expected a known template, got latestDreamtOf'],
    ['a missing number', { ...rule('latestPushedK'), params: {} }, 'with a whole number, got none'],
    ['a selector', rule('always', undefined, { tag_selectors: [{ ...selectorOf('x'), kind: 'label' }] }), 'got label'],
    ['a decoration', rule('always', undefined, { tag_selectors: [selectorOf('x', 'resembles')] }), 'got resembles'],
    ['a pattern', rule('always', undefined, { tag_selectors: [selectorOf('{x')] }), 'got "{x"'],
    ['no rule', 7, 'expected object'],
  ])('%s', (_, odd, why) => {
    const { v1 = '' } = fatesOf(textOf([rule('nDaysSinceLastPush', 7), odd as object]), [ruled('v1', 30)])
    expect(v1).toMatch(`rule 2 of ${name} is not understood and may not keep it: `)
    expect(v1).toContain(why)
  })

  it.each(['', 'null', '{}', '{"retention":{"algorithm":"and","rules":[]}}'])('the text %j', text => {
    expect(fatesOf(text, [ruled('v1', 1)]).v1).toContain('is not understood and may not keep it')
  })

  it('but not where another rule always keeps it', () => {
    expect(fatesOf(textOf([rule('latestDreamtOf', 3), rule('always')]), [ruled('v1', 30)])).toEqual({})
  })
})

it('the order of the images does not matter, and more rules of one kind never take more', () => {
  const image = fc
    .tuple(fc.uuid(), fc.constantFrom('v1', 'w1'), fc.nat(20), fc.option(fc.nat(20), { nil: undefined }))
    .map(([seed, tag, pushed, pulled]) =>
      ruled(seed, pushed, { tags: [tag], ...(pulled !== undefined && { pulledAt: dayAt(-pulled) }) }),
    )
  const images = fc.uniqueArray(image, { maxLength: 10, selector: one => one.digest })
  const templates = ['latestPushedK', 'latestPulledN', 'latestActiveK', 'nDaysSinceLastPush', 'nDaysSinceLastPull']
  const anyRule = fc
    .tuple(fc.constantFrom(...templates), fc.nat(12), fc.constantFrom('v*', '**'))
    .map(([template, amount, pattern]) => rule(template, amount, { tag_selectors: [selectorOf(pattern)] }))
  const takenNow = (rules: readonly object[], all: readonly RuledImage[]) =>
    [...reportOf(textOf(rules), all).takings]
      .filter(([, { when }]) => when.kind === 'time' && when.at <= dayAt(1))
      .map(([digest]) => digest)
      .sort()

  fc.assert(
    fc.property(images, fc.array(anyRule, { minLength: 1, maxLength: 3 }), anyRule, (all, rules, another) => {
      const taken = takenNow(rules, all)
      expect(takenNow(rules, all.toReversed())).toEqual(taken)
      expect(taken).toEqual(expect.arrayContaining(takenNow([...rules, another], all)))
    }),
  )
})
