import type { Digest } from '../../../../shared/domain/digest.ts'
import type { Image } from '../../../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../../../shared/domain/policy/policy.ts'
import type { Judgement } from '../../../../shared/domain/retention/judgement.ts'
import type { Usage, Workload } from '../../../../shared/domain/usage.ts'

/** The `now` of the specification's examples. */
export const now = new Date('2026-11-23T00:00:00Z')

export const manifestType = 'application/vnd.oci.image.manifest.v1+json'
export const indexType = 'application/vnd.oci.image.index.v1+json'

export const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000)

/** A digest that is told apart by a short name: the hex codes of its characters, then zeros. */
export const digestOf = (name: string | number): Digest =>
  `sha256:${Buffer.from(String(name)).toString('hex').padEnd(64, '0').slice(0, 64)}`

/** A plain image, pushed a year ago and never pulled. */
export const imageOf = (tags: string | readonly string[], more: Partial<Image> = {}): Image => {
  const list = typeof tags === 'string' ? tags.split(' ').filter(tag => tag !== '') : tags
  return {
    repository: 'registry.example.com/app',
    digest: digestOf(list[0] ?? 'untagged'),
    tags: list,
    mediaType: manifestType,
    pushedAt: daysAgo(365),
    ...more,
  }
}

/** Images of one tag each, the first pushed first, a day apart. */
export const pushedInOrder = (tags: string): Image[] =>
  tags.split(' ').map((tag, at, all) => imageOf(tag, { pushedAt: daysAgo(365 + all.length - at) }))

export const policyOf = (rules: Partial<RetentionPolicy>): RetentionPolicy => ({
  exclude: [],
  keepTags: [],
  gracePeriodMs: 86_400_000,
  maxDeletionsPerRun: 100_000,
  maxDeletionPercent: 100,
  ...rules,
})

export const workloadOf = (image: string, more: Partial<Workload> = {}): Workload => ({
  cluster: 'eu-1',
  kind: 'Pod',
  namespace: 'production',
  name: 'app',
  image,
  lastSeenAt: now,
  ...more,
})

export const usageOf = (...images: string[]): Usage => ({
  complete: true,
  workloads: images.map(image => workloadOf(image)),
})

export const nothingRuns: Usage = { complete: true, workloads: [] }

/** The tags of all kept images in the order of decisions; an untagged one is shown by the start of its digest. */
export const keptTags = (judgement: Judgement): string[] =>
  judgement.decisions
    .filter(decision => decision.verdict === 'keep')
    .flatMap(decision => (decision.tags.length > 0 ? decision.tags : [decision.digest]))
