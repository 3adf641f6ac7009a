import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judge } from '../../../../shared/domain/retention/judge.ts'
import { worldsOfEachLaw } from '../../../support/thoroughness.ts'
import { arbitraryWorld } from './arbitrary-world.ts'
import { oracle } from './oracle.ts'
import { inputOf } from './random-world.ts'

describe('two readings of the specification', () => {
  it('agree on every verdict, rule and tag to delete of every random world', () => {
    fc.assert(
      fc.property(arbitraryWorld(), world => {
        const input = inputOf(world)

        const judgement = judge(input)

        const expected = oracle(input)
        const verdicts = judgement.decisions.map(
          ({ repository, digest, verdict, rule }) => [`${repository} ${digest}`, `${verdict} ${rule}`] as const,
        )
        const toDelete = judgement.tagsToDelete.map(({ repository, tag }) => `${repository} ${tag}`)
        if (sameSet(toDelete, expected.tagsToDelete) && sameMap(verdicts, expected.verdicts)) return
        expect(Object.fromEntries(verdicts)).toEqual(Object.fromEntries(expected.verdicts))
        expect(toDelete.sort()).toEqual([...expected.tagsToDelete].sort())
      }),
      { numRuns: worldsOfEachLaw },
    )
  }, 600_000)
})

const sameSet = (list: readonly string[], set: ReadonlySet<string>): boolean =>
  list.length === set.size && list.every(each => set.has(each))

const sameMap = (list: readonly (readonly [string, string])[], map: ReadonlyMap<string, string>): boolean =>
  list.length === map.size && list.every(([key, value]) => map.get(key) === value)
