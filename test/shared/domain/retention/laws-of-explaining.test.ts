import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import { otherwiseOf } from '../../../../shared/domain/retention/explain/otherwise.ts'
import type { Question } from '../../../../shared/domain/retention/explain/question.ts'
import { ranksOf } from '../../../../shared/domain/retention/explain/rank.ts'
import { type Saver, saversOf } from '../../../../shared/domain/retention/explain/savers.ts'
import { arbitraryWorld, numRuns } from './arbitrary-world.ts'
import { questionAbout } from './explain-question.ts'
import { inputOf, type World } from './random-world.ts'

/** An explanation judges dozens of times, so it is tried on fewer worlds than a verdict. */
const runs = { numRuns: Math.ceil(numRuns / 10) }
const timeoutMs = 600_000

/** A question about each image of one repository of a world, under one of its policies. */
function questionsOf(world: World, chance: number, change: Partial<RetentionPolicy> = {}): Question[] {
  const input = inputOf(world)
  const repository = input.images[chance % Math.max(input.images.length, 1)]?.repository
  const images = input.images.filter(image => image.repository === repository)
  const policy = input.policies[chance % input.policies.length]
  if (policy === undefined) return []
  return images.map(image => questionAbout(image.digest, { ...input, images, policies: [{ ...policy, ...change }] }))
}

const law = (name: string, holds: (world: World, chance: number) => void): void => {
  it(name, () => fc.assert(fc.property(arbitraryWorld(), fc.nat(), holds), runs), timeoutMs)
}

const withSaver = (policy: RetentionPolicy, saver: Saver, less = 0): RetentionPolicy => {
  if (saver.how === 'keepTags') return { ...policy, keepTags: [...policy.keepTags, saver.tag] }
  const value = saver.to - less
  if (saver.how === 'keepRecent' || saver.how === 'unusedDays' || saver.how === 'keepDays')
    return { ...policy, [saver.how]: value }
  return { ...policy, semver: { ...policy.semver, [saver.how]: value } }
}

describe('laws of explaining', () => {
  law('15: keepRecent keeps exactly what stands among the first places', (world, chance) => {
    for (const question of questionsOf(world, chance, { keepRecent: 1 + (chance % 3) })) {
      const decision = question.answer()
      const place = ranksOf(question)[0]?.place ?? Number.POSITIVE_INFINITY
      const isAmongFirst = place <= (question.policy.keepRecent ?? 0)

      if (isAmongFirst) expect(decision?.verdict).toBe('keep')
      if (decision?.rule === 'keepRecent') expect(isAmongFirst).toBe(true)
    }
  })

  law('what is said to save an image keeps it, and less does not', (world, chance) => {
    const [question] = questionsOf(world, chance).filter(each => each.answer()?.verdict === 'delete')
    for (const saver of question === undefined ? [] : saversOf(question)) {
      expect(question?.answer({ policy: withSaver(question.policy, saver) })?.verdict).toBe('keep')
      if (saver.how !== 'keepTags')
        expect(question?.answer({ policy: withSaver(question.policy, saver, 1) })?.verdict).toBe('delete')
    }
  })

  law('a time rule holds to the moment that is named, and no longer', (world, chance) => {
    for (const question of questionsOf(world, chance)) {
      const decision = question.answer()
      const otherwise = decision && otherwiseOf(question, decision)
      if (otherwise?.until === undefined) continue

      expect(question.answer({ now: otherwise.until })?.rule).toBe(decision?.rule)
      expect(question.answer({ now: new Date(otherwise.until.getTime() + 1) })?.rule).not.toBe(decision?.rule)
    }
  })
})
