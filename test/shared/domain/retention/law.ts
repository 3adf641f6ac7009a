import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { judge } from '../../../../shared/domain/retention/judge.ts'
import type { Judgement } from '../../../../shared/domain/retention/judgement.ts'
import { worldsOfEachLaw } from '../../../support/thoroughness.ts'
import { arbitraryWorld } from './arbitrary-world.ts'
import { inputOf, type World } from './random-world.ts'

const timeoutMs = 600_000

/** A test that a law holds in many random worlds; `chance` is any number for laws that pick something. */
export const law = (name: string, holds: (world: World, chance: number) => void): void => {
  it(name, () => fc.assert(fc.property(arbitraryWorld(), fc.nat(), holds), { numRuns: worldsOfEachLaw }), timeoutMs)
}

/** Fails where there is anything; an assertion for each of a million images would take longer than the judging. */
export const expectNone = (violations: readonly unknown[]): void => {
  if (violations.length > 0) expect(violations).toEqual([])
}

export const judgeWorld = (world: World): Judgement => judge(inputOf(world))

export const keyOf = ({ repository, digest }: { repository: string; digest: string }): string =>
  `${repository} ${digest}`

export const verdictsOf = (judgement: Judgement): Map<string, 'keep' | 'delete'> =>
  new Map(judgement.decisions.map(decision => [keyOf(decision), decision.verdict]))

export const doomedTagKeys = (judgement: Judgement): Set<string> =>
  new Set(judgement.doomedTags.map(({ repository, tag }) => `${repository} ${tag}`))
