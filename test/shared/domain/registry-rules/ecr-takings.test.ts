import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseLifecyclePolicy } from '../../../../shared/domain/registry-rules/ecr-lifecycle.ts'
import { takingsOf } from '../../../../shared/domain/registry-rules/registry-rules.ts'
import { isSoon, type RuledImage, takingText } from '../../../../shared/domain/registry-rules/taking.ts'
import { digestOf } from '../../../support/records.ts'
import { dayAt, ruled } from './ruled.ts'

const now = dayAt(0)

interface RuleSpec {
  readonly description?: string
  readonly selection: Readonly<Record<string, unknown>>
  readonly action?: unknown
}

/** The text of a policy whose rules have the priorities 1, 2, … */
const policyOf = (...rules: readonly RuleSpec[]): string =>
  JSON.stringify({ rules: rules.map((rule, at) => ({ rulePriority: at + 1, action: { type: 'expire' }, ...rule })) })

const tagged = (prefixes: readonly string[], rest: object) => ({
  selection: { tagStatus: 'tagged', tagPrefixList: prefixes, ...rest },
})
const newest = (countNumber: number) => ({ countType: 'imageCountMoreThan', countNumber })
const days = (countType: string, countNumber: number) => ({ countType, countUnit: 'days', countNumber })
const olderThan = (countNumber: number) => days('sinceImagePushed', countNumber)

const reportOf = (text: string, images: readonly RuledImage[], isIncomplete = false) =>
  takingsOf({ kind: 'ecr-lifecycle', text }, 'team/app', images, { now, isIncomplete })

/** What becomes of each image that is not left alone, by its first tag. */
function fatesOf(text: string, images: readonly RuledImage[]): Record<string, string> {
  const { takings, unclear } = reportOf(text, images)
  return Object.fromEntries(
    images.flatMap(({ digest, tags: [name = 'untagged'] }) => {
      const taking = takings.get(digest)
      const fate = taking ? takingText(taking) : unclear.get(digest)
      return fate === undefined ? [] : [[name, fate]]
    }),
  )
}

/** Those that are taken at once. */
const takenNow = (text: string, images: readonly RuledImage[]): string[] =>
  images
    .filter(({ digest }) => {
      const when = reportOf(text, images).takings.get(digest)?.when
      return when?.kind === 'time' && when.at <= now
    })
    .map(({ tags }) => tags[0] ?? 'untagged')

describe('the examples of the guide of ECR', () => {
  const images = [
    ruled('A', 10, { tags: ['beta-1', 'prod-1'] }),
    ruled('B', 9, { tags: ['beta-2', 'prod-2'] }),
    ruled('C', 8, { tags: ['beta-3'] }),
  ]

  it('spares an image that a rule before has seen, also where that spares it', () => {
    expect(takenNow(policyOf(tagged(['prod'], newest(1)), tagged(['beta'], newest(1))), images)).toEqual(['beta-1'])
  })

  it('counts what other rules take as well', () => {
    const text = policyOf(tagged(['beta'], newest(1)), tagged(['prod'], newest(1)))
    expect(takenNow(text, images)).toEqual(['beta-1', 'beta-2'])
  })

  it('asks for all prefixes of a rule', () => {
    const alphabet = [
      ruled('A', 12, { tags: ['alpha-1'] }),
      ruled('B', 11, { tags: ['beta-1'] }),
      ruled('C', 10, { tags: ['alpha-2', 'beta-2'] }),
      ruled('F', 2, { tags: ['alpha-4', 'beta-4'] }),
    ]
    expect(takenNow(policyOf(tagged(['alpha', 'beta'], olderThan(5))), alphabet)).toEqual(['alpha-2'])
  })

  it('asks for all patterns of a rule', () => {
    const selection = { tagStatus: 'tagged', tagPatternList: ['*-1', 'prod*'], ...olderThan(5) }
    expect(takenNow(policyOf({ selection }), images)).toEqual(['beta-1'])
  })
})

it('says which rule expires an image, and when', () => {
  const text = policyOf({ description: 'a month', ...tagged(['v'], olderThan(30)) })

  const [taking] = reportOf(text, [ruled('v1', 28)]).takings.values()

  expect(taking && takingText(taking)).toBe('lifecycle rule 1 ("a month") expires it from 2026-01-03T00:00:00Z on')
  expect(taking && takingText(taking, now)).toBe(
    'lifecycle rule 1 ("a month") expires it in 2 days, from 2026-01-03T00:00:00Z on',
  )
  expect(taking && takingText(taking, dayAt(3))).toContain('expires it at any moment, from')
})

it('tells at the latest where the push is known by our first sight of it', () => {
  const text = policyOf(tagged(['v'], olderThan(30)))
  expect(fatesOf(text, [ruled('v1', 28, { isPushTold: false })])).toEqual({
    v1: 'lifecycle rule 1 expires it from 2026-01-03T00:00:00Z on at the latest',
  })
})

it('says after how many pushes a rule for a number takes an image, and since when it takes one', () => {
  const images = [ruled('v1', 4), ruled('v2', 3), ruled('v3', 2), ruled('x', 1)]
  expect(fatesOf(policyOf(tagged(['v'], newest(2))), images)).toEqual({
    v1: 'lifecycle rule 1 expires it from 2025-12-30T00:00:00Z on',
    v2: 'lifecycle rule 1 expires it with the next push of other images',
    v3: 'lifecycle rule 1 expires it with the next 2 pushes of other images',
  })
})

it('takes a number for soon where the pace of the last week uses it up', () => {
  const text = policyOf(tagged(['v'], newest(3)))
  const soonOf = (images: readonly RuledImage[]) =>
    [...reportOf(text, images).takings.values()].map(taking => isSoon(taking, now))

  expect(soonOf([ruled('v1', 20), ruled('v2', 6)])).toEqual([false, false])
  expect(soonOf([ruled('v1', 20), ruled('v2', 6), ruled('v3', 5)])).toEqual([true, true, false])
})

it('counts an image that was never pulled from its push, and every other from its last pull', () => {
  const selection = { tagStatus: 'any', ...days('sinceImagePulled', 90) }
  const action = { type: 'transition', targetStorageClass: 'archive' }
  expect(
    fatesOf(policyOf({ selection, action }), [ruled('v1', 88), ruled('v2', 400, { pulledAt: dayAt(-50) })]),
  ).toEqual({
    v1: 'lifecycle rule 1 archives it from 2026-01-03T00:00:00Z on',
    v2: 'lifecycle rule 1 archives it from 2026-02-10T00:00:00Z on',
  })
})

it('looks at the storage class, which is the standard one where none is named', () => {
  const archived = ruled('old', 400, { isArchived: true })
  const inArchive = { selection: { tagStatus: 'any', storageClass: 'archive', ...days('sinceImageTransitioned', 90) } }
  expect(
    fatesOf(policyOf(inArchive, { selection: { tagStatus: 'any', ...olderThan(30) } }), [archived, ruled('new', 1)]),
  ).toEqual({
    old: 'lifecycle rule 1 takes it 90 days after it was archived, and when that was is not known',
    new: 'lifecycle rule 2 expires it from 2026-01-30T00:00:00Z on',
  })
})

it('takes nothing that an index holds, and counts it', () => {
  const images = [ruled('child', 3, { tags: [], isPart: true }), ruled('old', 4, { tags: [] }), ruled('index', 3)]
  const text = policyOf({ selection: { tagStatus: 'untagged', ...newest(1) } })
  expect(takenNow(text, images)).toEqual(['untagged'])
  expect(reportOf(text, images).takings.has(digestOf('child'))).toBe(false)
})

it('counts nothing in a repository of which a part is known', () => {
  const report = reportOf(
    policyOf(tagged(['v'], newest(1)), tagged(['w'], olderThan(1))),
    [ruled('v1', 9), ruled('w1', 9)],
    true,
  )
  expect([...report.unclear.values()]).toEqual([
    'lifecycle rule 1 keeps 1 image, and the repository has too many to count whether it is one of them',
  ])
  expect([...report.takings.keys()]).toEqual([digestOf('w1')])
})

describe('what is not understood is told of whatever it may take', () => {
  const image = ruled('v1', 40)
  const rest = tagged(['v'], olderThan(30))

  it.each([
    ['a kind of count', tagged(['v'], days('sinceImageDreamtOf', 3)), 'expected one of imageCountMoreThan'],
    ['a field of the selection', tagged(['other'], { ...olderThan(3), architecture: 'arm64' }), 'got "architecture"'],
    ['a field of the rule', { ...tagged(['other'], olderThan(3)), exceptions: [] }, 'got "exceptions"'],
    ['an action', { ...tagged(['v'], olderThan(3)), action: { type: 'copy' } }, 'expected expire, or transition'],
    ['a status of tags', { selection: { tagStatus: 'signed', ...olderThan(3) } }, 'expected one of tagged'],
    ['a unit', tagged(['v'], { ...olderThan(3), countUnit: 'moons' }), 'expected one of days'],
    ['a pattern', { selection: { tagStatus: 'tagged', tagPatternList: ['v!'], ...olderThan(3) } }, 'can never occur'],
    ['no pattern', { selection: { tagStatus: 'tagged', ...olderThan(3) } }, 'expected patterns or prefixes'],
  ])('%s', (_, rule, why) => {
    const { unclear, takings } = reportOf(policyOf(rule, rest), [image])

    expect(unclear.get(image.digest)).toMatch(/^lifecycle rule 1 is not understood and may take it: /)
    expect(unclear.get(image.digest)).toContain(why)
    expect(takings.get(image.digest)?.rule).toBe('lifecycle rule 2')
  })

  it.each(['', 'null', '{"rules":7}', '{"rules":[7]}', '{"rules":[{"rulePriority":"1"}]}'])('the text %j', text => {
    expect(reportOf(text, [image]).unclear.get(image.digest)).toContain('is not understood and may take it')
  })

  it('but not of what a rule before it has seen, or what it is not about', () => {
    const odd = { selection: { ...tagged(['v'], {}).selection, ...days('sinceImageDreamtOf', 3) } }
    expect(reportOf(policyOf(rest, odd), [image]).unclear.size).toBe(0)
    expect(reportOf(policyOf(odd), [ruled('w1', 40)]).unclear.size).toBe(0)
  })
})

describe('of any policy', () => {
  const tag = fc.constantFrom('a-1', 'a-2', 'b-1', 'b-2', 'c')
  const image = fc
    .tuple(
      fc.uuid(),
      fc.uniqueArray(tag, { maxLength: 3 }),
      fc.nat(20),
      fc.option(fc.nat(20), { nil: undefined }),
      fc.boolean(),
    )
    .map(([name, tags, pushed, pulled, isPart]) =>
      ruled(name, pushed, { tags, isPart, ...(pulled !== undefined && { pulledAt: dayAt(-pulled) }) }),
    )
  const images = fc.uniqueArray(image, { maxLength: 12, selector: one => one.digest })
  const count = fc.oneof(
    fc.integer({ min: 1, max: 5 }).map(newest),
    fc
      .tuple(fc.constantFrom('sinceImagePushed', 'sinceImagePulled', 'sinceSomething'), fc.integer({ min: 1, max: 20 }))
      .map(([type, amount]) => days(type, amount)),
  )
  const rule = fc.oneof(
    fc
      .tuple(fc.uniqueArray(fc.constantFrom('a', 'b', '*-1'), { minLength: 1, maxLength: 2 }), count)
      .map(([list, by]) => ({
        selection: { tagStatus: 'tagged', tagPatternList: list.map(text => `${text}*`), ...by },
      })),
    count.map(by => ({ selection: { tagStatus: 'untagged', ...by } })),
    count.map(by => ({ selection: { tagStatus: 'any', ...by } })),
  )
  const policy = fc.array(rule, { maxLength: 4 }).map(rules => policyOf(...rules))
  const shown = (text: string, all: readonly RuledImage[]) => {
    const { takings, unclear } = reportOf(text, all)
    return { takings: new Map([...takings].sort()), unclear: new Map([...unclear].sort()) }
  }

  it('the order of the images does not matter', () => {
    fc.assert(
      fc.property(policy, images, fc.infiniteStream(fc.nat()), (text, all, numbers) => {
        const shuffled = all
          .map(one => ({ one, key: numbers.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one)
        expect(shown(text, shuffled)).toEqual(shown(text, all))
      }),
    )
  })

  it('an image that no rule selects, or that an index holds, is never named', () => {
    fc.assert(
      fc.property(policy, images, (text, all) => {
        const rules = parseLifecyclePolicy(text)
        const { takings, unclear } = reportOf(text, all)
        for (const one of all)
          if (one.isPart || !rules.some(({ selects }) => selects(one)))
            expect([takings.has(one.digest), unclear.has(one.digest)]).toEqual([false, false])
      }),
    )
  })

  it('the first rule that is understood and selects an image is the only one that takes it', () => {
    fc.assert(
      fc.property(policy, images, (text, all) => {
        const rules = parseLifecyclePolicy(text)
        for (const [digest, { rule: name }] of reportOf(text, all).takings) {
          const taken = all.find(one => one.digest === digest) as RuledImage
          expect(rules.find(({ selects, does }) => !('problem' in does) && selects(taken))?.name).toBe(name)
        }
      }),
    )
  })

  it('an older image goes no later than a newer one with the same tags by a rule for a number', () => {
    fc.assert(
      fc.property(images, fc.integer({ min: 1, max: 5 }), (all, amount) => {
        const report = reportOf(policyOf({ selection: { tagStatus: 'any', ...newest(amount) } }), all)
        const taken = all.filter(({ digest }) => report.takings.get(digest)?.when.kind === 'time')
        const spared = all.filter(({ digest }) => report.takings.get(digest)?.when.kind === 'count')
        expect(spared.length).toBeLessThanOrEqual(amount)
        for (const one of taken) for (const other of spared) expect(one.pushedAt <= other.pushedAt).toBe(true)
      }),
    )
  })
})
