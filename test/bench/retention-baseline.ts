import type { Image } from '../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../shared/domain/policy/policy.ts'
import type { Usage } from '../../shared/domain/usage.ts'

interface Candidate {
  readonly image: Image
  readonly numbers: readonly number[]
  readonly stream: string
}

/**
 * A planner of the usual shape: for each image it looks through all others, to count those that are newer and to find
 * an index or a workload that needs it. Versions are parsed once, which many planners do not even do.
 */
export const baselinePlan = (
  images: readonly Image[],
  policy: RetentionPolicy,
  usage: Usage,
  now: Date,
): { readonly image: Image; readonly keep: boolean; readonly reason: string }[] => {
  const candidates = images.map(candidateOf)
  return candidates.map(candidate => {
    const reason = reasonToKeep(candidate, candidates, policy, usage, now)
    return { image: candidate.image, keep: reason !== undefined, reason: reason ?? 'no rule keeps it' }
  })
}

const reasonToKeep = (
  { image, numbers, stream }: Candidate,
  all: readonly Candidate[],
  policy: RetentionPolicy,
  usage: Usage,
  now: Date,
): string | undefined => {
  const isUsed = usage.workloads.some(({ image: used }) =>
    image.tags.some(tag => used === `${image.repository}:${tag}`),
  )
  if (isUsed) return 'in use'
  const age = now.getTime() - (image.pushedAt?.getTime() ?? now.getTime())
  if (age <= (policy.unusedDays ?? 0) * 86_400_000) return `used within ${policy.unusedDays} days`
  const isNeeded = all.some(other => other.image.children?.includes(image.digest))
  if (isNeeded) return 'needed by an index'
  const newer = all.filter(
    other =>
      other.image.repository === image.repository &&
      other.stream === stream &&
      isNewer(other, { image, numbers, stream }),
  )
  return newer.length < (policy.keepRecent ?? 0) ? `among the newest ${policy.keepRecent}` : undefined
}

const isNewer = (a: Candidate, b: Candidate): boolean => {
  for (let at = 0; at < 4; at++) {
    const difference = (a.numbers[at] ?? 0) - (b.numbers[at] ?? 0)
    if (difference !== 0) return difference > 0
  }
  const pushed = (a.image.pushedAt?.getTime() ?? 0) - (b.image.pushedAt?.getTime() ?? 0)
  return pushed !== 0 ? pushed > 0 : a.image.digest < b.image.digest
}

const candidateOf = (image: Image): Candidate => {
  const [, core = '', suffix = ''] = /^v?([0-9.]+)?(.*)$/.exec(image.tags[0] ?? '') ?? []
  const preRelease = /^-rc\.([0-9]+)$/.exec(suffix)?.[1]
  const numbers = [...core.split('.').map(Number), ...(preRelease === undefined ? [] : [Number(preRelease)])]
  const stream = core === '' ? 'other' : preRelease === undefined ? suffix : 'pre-release'
  return { image, numbers: core === '' ? [] : numbers, stream }
}
