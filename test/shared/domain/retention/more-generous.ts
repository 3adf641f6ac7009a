import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import type { World } from './random-world.ts'
import { workloadOf } from './retention-world.ts'

/** The world with one keep rule or protection more, in every way there is. */
export const generousVariants = (world: World): World[] => {
  const [first, ...rest] = world.policies
  if (first === undefined) return [world]
  const policy = (more: Partial<RetentionPolicy>): World => ({ ...world, policies: [{ ...first, ...more }, ...rest] })
  const { semver } = first
  const image = world.images[0]
  return [
    policy({ keepRecent: (first.keepRecent ?? 0) + 1 }),
    policy({ unusedDays: (first.unusedDays ?? 0) + 5 }),
    policy({ keepDays: (first.keepDays ?? 0) + 5 }),
    policy({ gracePeriodMs: first.gracePeriodMs + 86_400_000 * 10 }),
    policy({ keepTags: [...first.keepTags, '*.0*'] }),
    policy({ exclude: [...first.exclude, { tag: '*-*' }] }),
    policy({ exclude: [...first.exclude, { name: '*/web' }] }),
    policy({ semver: semver === undefined ? { majorVersions: 1, minorVersions: 1 } : wider(semver) }),
    { ...world, policies: [...world.policies, { ...first, keepTags: ['1*'] }] },
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

const wider = ({ majorVersions, minorVersions, patches }: NonNullable<RetentionPolicy['semver']>) => ({
  ...(majorVersions === undefined ? {} : { majorVersions: majorVersions + 1 }),
  ...(minorVersions === undefined ? {} : { minorVersions: minorVersions + 1 }),
  ...(patches === undefined ? {} : { patches: patches + 1 }),
})
