import * as z from 'zod'
import { type Correlated, correlationId } from '../domain/correlation.ts'
import { isDigest } from '../domain/digest.ts'
import { ecrEventHost } from '../domain/ecr-host.ts'
import { eventActor } from '../domain/event-actor.ts'
import type { Hint, SyncRequest } from '../domain/events.ts'
import { digestText, repositoryPath, tagName } from '../domain/name-schemas.ts'
import { parseMessage } from '../domain/parse-message.ts'
import { syncTriggers } from '../domain/records/syncs.ts'
import { isTag } from '../domain/repository-name.ts'
import type { Rulebook } from '../settings.ts'
import { bus } from '../wiring.ts'
import type { Where } from './task-deps.ts'

const toldDeletion = z.object({
  by: z.record(z.string(), z.unknown()).transform(eventActor),
  digests: z.array(digestText).exactOptional(),
  tags: z.array(tagName).exactOptional(),
})

const hint = z.object({
  registry: z.string(),
  repository: repositoryPath,
  tag: tagName.exactOptional(),
  digest: digestText.exactOptional(),
  // Who deleted is only informative: the hint is followed without it.
  told: z.array(toldDeletion).exactOptional().catch([]),
  delivery: z.string().exactOptional(),
  correlationId,
})

/** What EventBridge identifies an event by. */
const id = correlationId

const ecrEvent = <T extends string, D extends z.ZodRawShape>(type: T, detail: D) =>
  z.object({
    id,
    source: z.literal('aws.ecr'),
    'detail-type': z.literal(type),
    account: z.string().regex(/^[0-9]{12}$/),
    region: z.string().regex(/^[a-z0-9-]+$/),
    detail: z.object({
      'repository-name': repositoryPath,
      // A name that cannot be one here is no reason to miss the event: what else it names is looked at.
      'image-digest': z.unknown().optional(),
      'image-tag': z.unknown().optional(),
      ...detail,
    }),
  })

const result = z.string()
const ecrImage = ecrEvent('ECR Image Action', { result, 'action-type': z.string() })
const ecrReplication = ecrEvent('ECR Replication Action', { result, 'action-type': z.unknown().optional() })
const ecrPullThrough = ecrEvent('ECR Pull Through Cache Action', { 'sync-status': result })
type EcrEvent = z.infer<typeof ecrImage | typeof ecrReplication | typeof ecrPullThrough>

const message = z.discriminatedUnion('detail-type', [
  z.object({ id, source: z.literal(bus.source), 'detail-type': z.literal('ImagePushed'), detail: hint }),
  z.object({ id, source: z.literal(bus.source), 'detail-type': z.literal('ImageDeleted'), detail: hint }),
  z.object({
    source: z.literal(bus.source),
    'detail-type': z.literal('SyncRequested'),
    detail: z.object({
      registry: z.string(),
      repository: repositoryPath,
      // Versions before did not send it: what such a message is read with is not guessed, since reconcile asks again.
      credential: z.string(
        'expected what is read with; a request of a version before, which is made again within a minute',
      ),
      timeoutMs: z.number().positive(),
      trigger: z.enum(syncTriggers),
      attempt: z.string(),
      asks: z.array(z.string()).exactOptional(),
      tags: z.array(tagName).exactOptional(),
      namespaces: z.array(z.string()).exactOptional(),
    }),
  }),
  ecrImage,
  ecrReplication,
  ecrPullThrough,
])

/** What one message of the queues `hints` and `sync` asks for. */
export type SyncTask = Correlated &
  (
    | {
        readonly kind: 'hint'
        readonly hint: Hint
        /** What is named was pushed, rather than deleted or changed in another way. */
        readonly isPush: boolean
      }
    | { readonly kind: 'request'; readonly request: SyncRequest }
  )

/** Where a task works. */
export const whereOf = (task: SyncTask): Where => (task.kind === 'hint' ? task.hint : task.request)

/**
 * Reads the body of a message: an EventBridge envelope as the rules deliver it, or a request of reconcile in the same
 * form. An ECR event becomes the hint that a webhook would have sent, of the host by which the settings know that
 * registry. A request is found in the logs by its attempt.
 * @throws InvalidInputError
 */
export function parseSyncMessage(body: string, canonicalHost: Rulebook['canonicalHost']): SyncTask {
  const event = parseMessage('sync message', message, body)
  if (event['detail-type'] === 'SyncRequested')
    return { kind: 'request', request: event.detail, correlationId: event.detail.attempt }
  if (event.source === 'aws.ecr') return { kind: 'hint', ...ecrHint(event, canonicalHost), correlationId: event.id }
  const { correlationId = event.id, ...hint } = event.detail
  return { kind: 'hint', hint, isPush: event['detail-type'] === 'ImagePushed', correlationId }
}

/** What brings an image; events that say nothing of it tell of what was copied or fetched. */
const pushes: ReadonlySet<unknown> = new Set(['PUSH', 'REPLICATE', undefined])

/** What a registry copied to here, or fetched from upstream, is as if pushed. ECR's event of a deletion does not say who deleted. */
function ecrHint(
  { account, region, detail }: EcrEvent,
  canonicalHost: Rulebook['canonicalHost'],
): { readonly hint: Hint; readonly isPush: boolean } {
  const { 'repository-name': repository, 'image-tag': imageTag, 'image-digest': imageDigest } = detail
  const registry = canonicalHost(ecrEventHost(account, region))
  const tag = typeof imageTag === 'string' && isTag(imageTag) ? imageTag : undefined
  const digest = typeof imageDigest === 'string' && isDigest(imageDigest) ? imageDigest : undefined
  const isDone = ('sync-status' in detail ? detail['sync-status'] : detail.result) === 'SUCCESS'
  const action = 'action-type' in detail ? detail['action-type'] : undefined
  const told = { by: {}, ...(digest && { digests: [digest] }), ...(tag && { tags: [tag] }) }
  const isTold = isDone && action === 'DELETE' && (tag !== undefined || digest !== undefined)
  return {
    isPush: isDone && pushes.has(action),
    hint: { registry, repository, ...(tag && { tag }), ...(digest && { digest }), ...(isTold && { told: [told] }) },
  }
}
