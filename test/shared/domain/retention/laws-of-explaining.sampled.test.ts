import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RetentionPolicy, TagPolicy } from '../../../../shared/domain/policy/policy.ts'
import { otherwiseOf } from '../../../../shared/domain/retention/explain/otherwise.ts'
import type { Question } from '../../../../shared/domain/retention/explain/question.ts'
import { ranksOf } from '../../../../shared/domain/retention/explain/rank.ts'
import { type Saver, saversOf } from '../../../../shared/domain/retention/explain/savers.ts'
import { worldsOfEachLaw } from '../../../support/thoroughness.ts'
import { arbitraryWorld } from './arbitrary-world.ts'
import { questionAbout } from './explain-question.ts'
import { inputOf, type World } from './random-world.ts'

/** An explanation judges dozens of times, so it is tried on fewer worlds than a verdict. */
const runs = { numRuns: Math.ceil(worldsOfEachLaw / 10) }
const timeoutMs = 600_000

/** The same questions under a policy that applies to every tag by its own fields, which the laws change. */
function questionsWithoutRules(world: World, chance: number, change: Partial<RetentionPolicy> = {}): Question[] {
  const policies = world.policies.map(({ rules: _, ...policy }) => ({ ...policy, ...change }))
  return questionsOf({ ...world, policies }, chance)
}

/** A question about each image of one repository of a world, under one of its policies. */
function questionsOf(world: World, chance: number): Question[] {
  const input = inputOf(world)
  const repository = input.images[chance % Math.max(input.images.length, 1)]?.repository
  const images = input.images.filter(image => image.repository === repository)
  const policy = input.policies[chance % input.policies.length]
  if (policy === undefined) return []
  return images.map(image => questionAbout(image.digest, { ...input, images, policies: [policy] }))
}

const law = (name: string, holds: (world: World, chance: number) => void): void => {
  it(name, () => fc.assert(fc.property(arbitraryWorld(), fc.nat(), holds), runs), timeoutMs)
}

const withSaver = (policy: RetentionPolicy, saver: Saver, less = 0): RetentionPolicy => {
  if (saver.how === 'keepTags') return { ...policy, keepTags: [...policy.keepTags, saver.tag] }
  const raised = (said: TagPolicy): TagPolicy => {
    const value = saver.to - less
    if (saver.how === 'keepRecent' || saver.how === 'unusedDays' || saver.how === 'keepDays')
      return { ...said, [saver.how]: value }
    return { ...said, semver: { ...said.semver, [saver.how]: value } }
  }
  const { rules = [] } = policy
  if (saver.rule === undefined) return { ...policy, ...raised(policy) }
  return { ...policy, rules: rules.map((rule, at) => (at === saver.rule ? { ...rule, ...raised(rule) } : rule)) }
}

describe('laws of explaining', () => {
  // A place is one more than the number of digests that are newer, so that equal ones share it.
  law('15: keepRecent keeps exactly what stands among the first places', (world, chance) => {
    for (const question of questionsWithoutRules(world, chance, { keepRecent: 1 + (chance % 3) })) {
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
