import { setTimeout as sleep } from 'node:timers/promises'
import { isDigest } from '../../domain/digest.ts'
import type { PolicyRecord } from '../../domain/records/policies.ts'
import { isRegistryOutcome } from '../../domain/sync-reason.ts'
import { type Policy, parsePolicyObject } from '../../objects/policy-object.ts'
import { type RestorePart, type SweepRequest, waitingName } from '../../ports/messaging.ts'
import { announceRepositories } from '../../records/announce-repositories.ts'
import { listEveryTag } from '../../records/every-record.ts'
import type { ReadDeletedDeps } from '../../restore/read-deleted.ts'
import { restoreRepository } from '../../restore/restore-repository.ts'
import type { RestoreRoot } from '../../restore/restore-world.ts'
import { idOf } from '../../sync/task-deps.ts'
import type { ExecuteDeps, ExecuteResult } from './execute-sweep.ts'
import { policyOf } from './look-pass.ts'
import { openByRight } from './open-writer.ts'
import { type PartRestored, reportRestore } from './report-restore.ts'

export interface RestoreDeps extends ExecuteDeps {
  readonly parseManifest: ReadDeletedDeps['parseManifest']
}

/**
 * Puts back what the policy itself deleted of one repository, where its namespace has the right to delete there now and
 * a person asked for it by the annotation. Delivered again it finds what stands; a part that is reported is not
 * touched any more. What cannot be put back is reported with its reason.
 */
export async function executeRestore(
  request: SweepRequest,
  part: RestorePart,
  deps: RestoreDeps,
): Promise<ExecuteResult> {
  const record = await deps.store.findPolicy(policyOf(request))
  if (!record || !isWaiting(record, request, part)) return nothing('the restore of this repository is over already')
  const restored = await restorePart(request, part, record, deps)
  await reportRestore(request, part, restored, deps)
  await announceRepositories([idOf(request)], deps.events)
  return nothing(restored.problem ?? `restored as asked for: ${restored.things.length} manifests, tags and objects`)
}

const nothing = (message: string): ExecuteResult => ({ deleted: 0, failed: 0, message })

const isWaiting = ({ restore }: PolicyRecord, request: SweepRequest, { at }: RestorePart): boolean =>
  restore?.at.toISOString() === at && restore.waiting.includes(waitingName(request))

async function restorePart(
  request: SweepRequest,
  part: RestorePart,
  { uid }: PolicyRecord,
  deps: RestoreDeps,
): Promise<PartRestored> {
  const cluster = deps.clusters.find(one => one.name === request.cluster)
  if (!cluster) return failed(part, `cluster ${request.cluster} is not served`)
  const object = await cluster.findObject('ImageCleanupPolicy', request.namespace, request.policy)
  if (object?.metadata.uid !== uid) return failed(part, 'the policy was deleted')
  try {
    const policy = parsePolicyObject(object, deps.rulebook.limits)
    const opened = await openByRight(request, policy, cluster, deps)
    if ('problem' in opened) return failed(part, opened.problem)
    const { own, foreign } = await findOwn(request, part, policy, deps)
    const { policyText, ...target } = targetOf(request, policy, own)
    const restore = { ...deps, clusters: [cluster], writerFor: async () => opened.writer, sleep: deps.wait ?? sleep }
    const things =
      own.length > 0 ? await restoreRepository(target, { actor: 'annotation', asked: policyText }, restore) : []
    return { things, ...(foreign > 0 && { problem: foreignText(foreign), notRestored: foreign }) }
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    return failed(part, error.message)
  }
}

const failed = ({ digests }: RestorePart, problem: string): PartRestored => ({
  things: [],
  problem,
  notRestored: digests.length,
})

function targetOf(request: SweepRequest, { id, object, spec }: Policy, roots: readonly RestoreRoot[]) {
  const { namespace } = object.metadata
  const namespaces = new Set(spec.namespaces ?? [namespace])
  return {
    repository: idOf(request),
    registry: request.registry,
    path: request.repository,
    roots,
    within: { policy: id, cluster: request.cluster, namespaces },
    policyText: `asked for by the annotation of policy ${id}`,
  }
}

/**
 * The archive says who deleted an image last: what another policy deleted since is not this one's any more. Tags say so
 * themselves: an earlier run may have taken them off an image that stayed, or that another run deleted after it.
 */
async function findOwn(
  request: SweepRequest,
  { digests, run }: RestorePart,
  { id, object }: Policy,
  { archive, store }: RestoreDeps,
): Promise<{ readonly own: readonly RestoreRoot[]; readonly foreign: number }> {
  const wanted = digests.filter(isDigest)
  const since = new Date(object.metadata.creationTimestamp ?? 0)
  const tags = (await listEveryTag(idOf(request), store)).filter(
    ({ goneAt, change }) =>
      goneAt !== undefined &&
      change.action === 'deleted' &&
      change.actor === `policy ${id}` &&
      change.at >= since &&
      (run === undefined || change.runId === run),
  )
  const tagsOf = Map.groupBy(tags, tag => tag.digest)
  const records = new Map((await store.findImages(idOf(request), wanted)).map(image => [image.digest, image]))
  const own: RestoreRoot[] = []
  let foreign = digests.length - wanted.length
  for (const digest of wanted) {
    const { policy } = (await archive.findManifest(idOf(request), digest))?.graph ?? {}
    const named = (tagsOf.get(digest) ?? []).map(({ tag }) => ({ digest, tag }))
    const isOwn = policy === undefined || policy === id
    if (isOwn) own.push({ digest }, ...named)
    else if (named.length > 0 && records.get(digest)?.goneAt === undefined) own.push(...named)
    else foreign += 1
  }
  return { own, foreign }
}

const foreignText = (images: number): string =>
  images === 1
    ? 'another policy deleted one of the images since: that policy restores it'
    : `other policies deleted ${images} of the images since: those policies restore them`
