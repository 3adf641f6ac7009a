import type { Plan, PlannedDecision } from '../../../cli/plan/plan.ts'
import type { PlanHead } from '../../../cli/plan/plan-head.ts'
import type { Image } from '../../../shared/domain/image.ts'
import type { RetentionPolicy } from '../../../shared/domain/policy/policy.ts'
import { layoutOf } from '../../../shared/domain/retention/explain/layout.ts'
import { judge } from '../../../shared/domain/retention/judge.ts'
import type { Judgement } from '../../../shared/domain/retention/judgement.ts'
import {
  daysAgo,
  digestOf,
  imageOf,
  indexType,
  nothingRuns,
  now,
  policyOf,
  workloadOf,
} from '../../shared/domain/retention/retention-world.ts'

const release = (tags: string, days: number): Image[] => {
  const [tag = ''] = tags.split(' ')
  const platforms = ['linux/amd64', 'linux/arm64'].map(platform =>
    imageOf('', { digest: digestOf(`${tag} ${platform}`), platform, sizeBytes: 48e6, pushedAt: daysAgo(days) }),
  )
  const children = platforms.map(({ digest }) => digest)
  return [imageOf(tags, { mediaType: indexType, children, sizeBytes: 900, pushedAt: daysAgo(days) }), ...platforms]
}

const signatureOf = (tag: string): Image =>
  imageOf(`sha256-${digestOf(tag).slice('sha256:'.length)}.sig`, { digest: digestOf(`${tag}.sig`), sizeBytes: 500 })

/** All kinds: indexes, platforms, a signature, an SBOM of a platform, floating, in use, archived, untagged. */
const images: readonly Image[] = [
  ...release('v1.0.0', 90),
  ...release('v1.1.0', 80),
  ...release('v1.2.0 latest', 70),
  signatureOf('v1.0.0'),
  imageOf('', {
    digest: digestOf('sbom'),
    subject: digestOf('v1.2.0 linux/arm64'),
    artifactType: 'application/spdx+json',
    sizeBytes: 2000,
  }),
  imageOf('edge', { sizeBytes: 30e6 }),
  imageOf('v0.9.0', { storage: 'archived', sizeBytes: 30e6 }),
  imageOf('', { digest: digestOf('lost'), sizeBytes: 30e6 }),
]

const repository = 'registry.example.com/app'

/** A plan of these images alone, of which none runs. */
export function planOf(all: readonly Image[], rules: Partial<RetentionPolicy>): Plan {
  const judgement = judge({ images: all, policies: [policyOf(rules)], usage: nothingRuns, now })
  return planWith(
    judgement,
    judgement.decisions.map(one => one.toJSON()),
  )
}

/** A plan of one repository, of which v1.0.0 is marked, and of which the most waits for later runs. */
export function smallPlan(): Plan {
  const judgement = judge({
    images,
    policies: [policyOf({ keepRecent: 1, maxDeletionsPerRun: 2 })],
    usage: { complete: true, workloads: [workloadOf(`${repository}:v1.1.0`, { kind: 'Deployment' })] },
    now,
  })
  const mark = {
    policy: 'eu-1/production/tidy',
    markedAt: '2026-11-22T00:00:00Z',
    deleteAfter: '2026-11-24T00:00:00Z',
  }
  const decisions = judgement.decisions.map(one =>
    one.tags[0] === 'v1.0.0' ? { ...one.toJSON(), mark } : one.toJSON(),
  )
  return planWith(judgement, decisions)
}

/** The plan of one judged repository, whose decisions are shown so. */
function planWith(judgement: Judgement, decisions: readonly PlannedDecision[]): Plan {
  const judged = {
    repository,
    decisions,
    totals: judgement.totals,
    eachDecision: () => decisions,
    layout: () => layoutOf(judgement.repositoryNamed(repository)),
    imageAt: (row: number) => judgement.decisions[row]?.image as Image,
  }
  return {
    judgements: () => [judged],
    summary: () => ({ limits: judgement.limits, totals: judgement.totals }),
    freed: () => judgement.freed.byRepository,
    goes: () => true,
  }
}

export const smallHead: PlanHead = {
  version: 1,
  now: '2026-11-23T00:00:00Z',
  policy: 'production/tidy',
  usage: 'complete',
}
