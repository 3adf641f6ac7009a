import type { RetentionPolicy, TagRule } from '../../../../shared/domain/policy/policy.ts'
import type { World } from './random-world.ts'
import { workloadOf } from './retention-world.ts'

type Fields = Pick<TagRule, 'keepRecent' | 'semver' | 'unusedDays' | 'keepDays'>

/** The world with one keep rule or protection more, in every way there is. */
export const generousVariants = (world: World): World[] => {
  const [first, ...rest] = world.policies
  if (first === undefined) return [world]
  const policy = (more: Partial<RetentionPolicy>): World => ({ ...world, policies: [{ ...first, ...more }, ...rest] })
  const { rules = [] } = first
  const image = world.images[0]
  return [
    ...(saysNothing(first) ? [] : moreOf(first).map(policy)),
    ...rules.flatMap((rule, at) => moreOf(rule).map(more => policy({ rules: rules.with(at, { ...rule, ...more }) }))),
    policy({ gracePeriodMs: first.gracePeriodMs + 86_400_000 * 10 }),
    policy({ keepTags: [...first.keepTags, '*.0*'] }),
    policy({ exclude: [...first.exclude, { tag: '*-*' }] }),
    policy({ exclude: [...first.exclude, { name: '*/web' }] }),
    { ...world, policies: [...world.policies, { ...first, keepTags: ['1*'] }] },
    { ...world, policies: [...world.policies, { ...first, rules: [{ tags: ['nothing'], keepRecent: 1 }] }] },
    { ...world, usage: { ...world.usage, complete: false } },
    {
      ...world,
      usage: {
        ...world.usage,
        workloads: [...world.usage.workloads, workloadOf(`${image?.repository}@${image?.digest}`)],
      },
    },
  ]
}

/** A policy of rules alone keeps what none of them applies to: its first field of its own takes that away (rule 26). */
const saysNothing = (policy: RetentionPolicy): boolean =>
  policy.rules !== undefined &&
  [policy.keepRecent, policy.semver, policy.unusedDays, policy.keepDays].every(field => field === undefined)

const moreOf = ({ keepRecent = 0, unusedDays = 0, keepDays = 0, semver }: Fields): Fields[] => [
  { keepRecent: keepRecent + 1 },
  { unusedDays: unusedDays + 5 },
  { keepDays: keepDays + 5 },
  { semver: semver === undefined ? { majorVersions: 1, minorVersions: 1 } : wider(semver) },
]

const wider = ({ majorVersions, minorVersions, patches }: NonNullable<RetentionPolicy['semver']>) => ({
  ...(majorVersions === undefined ? {} : { majorVersions: majorVersions + 1 }),
  ...(minorVersions === undefined ? {} : { minorVersions: minorVersions + 1 }),
  ...(patches === undefined ? {} : { patches: patches + 1 }),
})
