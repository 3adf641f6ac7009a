import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Image } from '../../../../shared/domain/image.ts'
import { judge } from '../../../../shared/domain/retention/judge.ts'
import type { Judgement } from '../../../../shared/domain/retention/judgement.ts'
import { worldsOfEachLaw } from '../../../support/thoroughness.ts'
import { arbitraryWorld } from './arbitrary-world.ts'
import { oracle } from './oracle.ts'
import { inputOf, type World } from './random-world.ts'

const timeoutMs = 600_000

/** What a reading of the specification says of a world. */
export interface Verdicts {
  /** `verdict rule` by `repository digest`. */
  readonly verdicts: ReadonlyMap<string, string>
  /** `repository tag`. */
  readonly tagsToDelete: ReadonlySet<string>
}

export type Judge = (world: World) => Verdicts

/**
 * A test that a law holds in many random worlds; `chance` is any number for laws that pick something. It is tried on
 * the oracle as well, in fewer worlds: a law that does not follow from the specification fails there.
 */
export const law = (name: string, holds: (judgeWorld: Judge, world: World, chance: number) => void): void => {
  describe(name, () => {
    it('by the engine', () => check(worldsOfEachLaw, (world, chance) => holds(byEngine, world, chance)), timeoutMs)
    it('by the oracle', () => check(worldsOfEachLaw / 10, (world, chance) => holds(byOracle, world, chance)), timeoutMs)
  })
}

/** A law of what the engine says beside its verdicts. */
export const lawOfEngine = (name: string, holds: (world: World, chance: number) => void): void => {
  it(name, () => check(worldsOfEachLaw, holds), timeoutMs)
}

const check = (runs: number, holds: (world: World, chance: number) => void): void =>
  fc.assert(fc.property(arbitraryWorld(), fc.nat(), holds), { numRuns: Math.ceil(runs) })

const byOracle: Judge = world => oracle(inputOf(world))

const byEngine: Judge = world => verdictsOf(judgeWorld(world))

export const judgeWorld = (world: World): Judgement => judge(inputOf(world))

export const verdictsOf = ({ decisions, tagsToDelete }: Judgement): Verdicts => ({
  verdicts: new Map(decisions.map(each => [keyOf(each), `${each.verdict} ${each.rule}`])),
  tagsToDelete: new Set(tagsToDelete.map(({ repository, tag }) => `${repository} ${tag}`)),
})

/** Fails where there is anything; an assertion for each of a million images would take longer than the judging. */
export const expectNone = (violations: readonly unknown[]): void => {
  if (violations.length > 0) expect(violations).toEqual([])
}

export const keyOf = ({ repository, digest }: { repository: string; digest: string }): string =>
  `${repository} ${digest}`

export const isKept = ({ verdicts }: Verdicts, image: Pick<Image, 'repository' | 'digest'>): boolean =>
  verdicts.get(keyOf(image))?.startsWith('keep ') === true

/** The images of a world that are to be deleted. */
export const toDeleteOf = (verdicts: Verdicts, world: World): Image[] =>
  world.images.filter(image => !isKept(verdicts, image))
