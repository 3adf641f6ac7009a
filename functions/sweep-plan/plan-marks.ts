import { randomUUID } from 'node:crypto'
import type { AuditEntry } from '../../shared/domain/audit.ts'
import type { ImageRecord } from '../../shared/domain/records.ts'
import type { Decision } from '../../shared/domain/verdict.ts'
import type { Draft } from '../../shared/ports/store.ts'
import type { Evaluation } from '../../shared/sweep/evaluate-policy.ts'
import type { RepositoryWorld } from '../../shared/sweep/read-world.ts'

export interface MarkChange {
  readonly draft: Draft<ImageRecord>
  readonly previous: ImageRecord
}

export interface MarkPlan {
  /** Images to mark, and marks to lift. */
  readonly changes: readonly MarkChange[]
  /** Images whose mark has matured under this very policy: ready to be verified again and deleted. */
  readonly matured: readonly ImageRecord[]
  /** When the next of the other marks matures. */
  readonly nextAt: Date | undefined
}

/** A changed policy marks anew; a mark whose reason is gone is lifted; another policy's mark is left to that policy. */
export function planMarks(
  evaluation: Evaluation,
  worlds: readonly RepositoryWorld[],
  runId: string,
  runAt: Date,
  now: Date,
): MarkPlan {
  const { policy } = evaluation
  const wanted = wantedDigests(evaluation)
  const decisions = new Map(evaluation.judgement.decisions.map(one => [`${one.repository}@${one.digest}`, one]))
  const changes: MarkChange[] = []
  const matured: ImageRecord[] = []
  const waiting: number[] = []
  for (const image of worlds.flatMap(world => world.images)) {
    const isMine = image.mark?.policy === policy.id
    const decision = decisions.get(`${image.repository}@${image.digest}`)
    if (!wanted.has(`${image.repository}@${image.digest}`)) {
      if (isMine) changes.push({ previous: image, draft: lifted(image, policy.id, runId, decision, now) })
    } else if (image.mark && isMine && image.mark.policyHash === policy.hash) {
      if (image.mark.deleteAfter <= now) matured.push(image)
      else waiting.push(image.mark.deleteAfter.getTime())
    } else if (!image.mark || isMine) {
      const deleteAfter = new Date(runAt.getTime() + policy.spec.gracePeriodMs)
      changes.push({ previous: image, draft: marked(image, evaluation, runId, deleteAfter, decision, now) })
      waiting.push(deleteAfter.getTime())
    }
  }
  return { changes, matured, nextAt: waiting.length > 0 ? new Date(Math.min(...waiting)) : undefined }
}

/** Digests that are doomed, and those of doomed tags whose digest stays: the tag waits out the grace as well. */
function wantedDigests(evaluation: Evaluation): ReadonlySet<string> {
  return new Set([
    ...[...evaluation.doomedDigests].flatMap(([repository, digests]) =>
      [...digests].map(digest => `${repository}@${digest}`),
    ),
    ...evaluation.doomedTags.map(({ repository, digest }) => `${repository}@${digest}`),
  ])
}

const entry = (
  image: ImageRecord,
  actor: string,
  runId: string,
  now: Date,
  rest: Pick<AuditEntry, 'action' | 'reason' | 'facts'>,
): AuditEntry => ({
  id: randomUUID(),
  at: now,
  actor: `policy ${actor}`,
  digest: image.digest,
  runId,
  ...rest,
})

function marked(
  image: ImageRecord,
  { policy }: Evaluation,
  runId: string,
  deleteAfter: Date,
  decision: Decision | undefined,
  now: Date,
): Draft<ImageRecord> {
  const reason = decision?.reason ?? 'no rule keeps it'
  const facts = [...(decision?.facts ?? [])]
  return {
    ...image,
    stage: 'Cleanup',
    mark: { policy: policy.id, policyHash: policy.hash, runId, markedAt: now, deleteAfter, reason, facts },
    change: entry(image, policy.id, runId, now, { action: 'marked', reason, facts }),
  }
}

function lifted(
  { mark: _, deletion: _deletion, ...image }: ImageRecord,
  actor: string,
  runId: string,
  decision: Decision | undefined,
  now: Date,
): Draft<ImageRecord> {
  const reason =
    decision?.verdict === 'keep' ? `kept by ${decision.rule}: ${decision.reason}` : 'another policy keeps it'
  return {
    ...image,
    stage: 'Maintenance',
    change: entry(image as ImageRecord, actor, runId, now, {
      action: 'mark-lifted',
      reason,
      facts: [...(decision?.facts ?? [])],
    }),
  }
}
