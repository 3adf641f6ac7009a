import type { RetentionPolicy, TagRule } from '../../../../shared/domain/policy/policy.ts'
import { type Dice, pick } from './random-tags.ts'
import { policyOf } from './retention-world.ts'

const dayMs = 86_400_000
const groupings = ['^([a-z]+)-', '-(alpine|slim)', '^(api-)?', '^v', '[0-9]+$', '^(release|main)?', '(rc)[0-9]|x']

const randomFields = (dice: Dice): Pick<TagRule, 'keepRecent' | 'semver' | 'unusedDays' | 'keepDays'> => {
  const maybe = (chance: number) => dice(chance) === 0
  return {
    ...(maybe(2) ? { keepRecent: dice(4) } : {}),
    ...(maybe(3) ? { unusedDays: 1 + dice(20) } : {}),
    ...(maybe(4) ? { keepDays: 1 + dice(20) } : {}),
    ...(maybe(3) ? { semver: randomWindow(dice) } : {}),
  }
}

export const randomPolicy = (dice: Dice): RetentionPolicy => {
  const maybe = (chance: number) => dice(chance) === 0
  const fields = randomFields(dice)
  const rules = maybe(3) ? Array.from({ length: 1 + dice(3) }, () => randomRule(dice)) : undefined
  const own = rules !== undefined && maybe(2) ? {} : fields
  return policyOf({
    ...(rules === undefined && Object.keys(own).length === 0 ? { keepRecent: 1 } : own),
    ...(rules && { rules }),
    gracePeriodMs: pick(dice, [0, 1000, dayMs, 2 * dayMs]),
    ...(maybe(6) ? { keepTags: [pick(dice, ['v1.*', '*-alpine', '?.0.0', 'api-*', '2.1.1', '*.sig', '*x*0*'])] } : {}),
    ...(maybe(6) ? { exclude: [randomExclusion(dice)] } : {}),
    ...(maybe(6) ? { groupBy: pick(dice, groupings) } : {}),
  })
}

const ruleGlobs = ['v*', '1.*', 'pr-*', '*-alpine*', '*-*', '*', '?', 'main*', 'latest', '*.sig', 'nothing-*']

const randomRule = (dice: Dice): TagRule => {
  const tags = Array.from({ length: 1 + dice(2) }, () => pick(dice, ruleGlobs))
  const kind = dice(6)
  const fields = randomFields(dice)
  return {
    ...(kind === 0 ? {} : { tags }),
    ...(kind < 2 ? { untagged: true } : {}),
    ...(kind === 2 ? { untagged: false } : {}),
    ...(Object.keys(fields).length > 0 ? fields : { keepDays: 1 + dice(20) }),
    ...(dice(6) === 0 ? { groupBy: pick(dice, groupings) } : {}),
  }
}

const randomWindow = (dice: Dice): NonNullable<RetentionPolicy['semver']> => ({
  ...(dice(2) === 0 ? { majorVersions: 1 + dice(3) } : {}),
  ...(dice(2) === 0 ? { minorVersions: 1 + dice(2) } : {}),
  ...(dice(2) === 0 ? { patches: 1 + dice(2) } : {}),
})

const randomExclusion = (dice: Dice): { name?: string; tag?: string } => {
  const tag = pick(dice, ['1.0.0', 'v2*', 'latest', '*-r1'])
  if (dice(2) === 0) return { tag }
  const name = pick(dice, ['nginx', 'team/app', '*web*', 'critical', 'docker.io/library/nginx', 'nothing'])
  return dice(3) === 0 ? { name } : { name, tag }
}
