import { receiveWebhook } from '../../functions/webhook/receive-webhook.ts'
import { parseSyncMessage, type SyncTask } from '../../shared/sync/parse-message.ts'
import { runTask } from '../../shared/sync/run-task.ts'
import { bus } from '../../shared/wiring.ts'
import type { Loopback } from './loopback.ts'
import type { SweepFixture } from './sweep-fixture.ts'
import { distributionPath, harborPath, postOf, recordingBus, webhookFixture } from './webhook-fixture.ts'

/** What an event of distribution says of who did it. */
export interface Teller {
  readonly name?: string
  readonly addr?: string
  readonly useragent?: string
}

const follow = (world: Loopback, sweep: SweepFixture, task: SyncTask) =>
  runTask(task, {
    store: world.store,
    events: recordingBus().events,
    readerFor: async () => world.reader,
    now: sweep.now,
    wait: async () => undefined,
  })

/** What an event of ECR leads to after a delete, as if the registry were one of ECR. */
export async function tellDeletedByEcr(world: Loopback, sweep: SweepFixture, digest: string): Promise<void> {
  const detail = { result: 'SUCCESS', 'action-type': 'DELETE', 'repository-name': sweep.path, 'image-digest': digest }
  const place = { account: '123456789012', region: 'eu-central-1' }
  const event = { source: 'aws.ecr', 'detail-type': 'ECR Image Action', ...place, detail }
  const task = parseSyncMessage(JSON.stringify(event), host => host)
  if (task.kind === 'hint') await follow(world, sweep, { ...task, hint: { ...task.hint, registry: world.host } })
}

async function deliver(world: Loopback, sweep: SweepFixture, path: string, payload: object): Promise<void> {
  const provider = path === harborPath ? ('harbor' as const) : ('distribution' as const)
  const hooks = [{ provider, registry: world.host, secret: 'hook' }]
  const { deps, published } = webhookFixture({ hook: 't0ken' }, hooks)
  const presented = path === harborPath ? 't0ken' : 'Bearer t0ken'
  const { statusCode, message } = await receiveWebhook(postOf(path, presented, JSON.stringify(payload)), deps)
  if (statusCode !== 202) throw new Error(`expected the webhook to be taken, got ${message}`)
  for (const { type, ...detail } of published)
    await follow(
      world,
      sweep,
      parseSyncMessage(JSON.stringify({ source: bus.source, 'detail-type': type, detail }), host => host),
    )
}

/** What the registry's webhook of distribution leads to after a delete: the hint, and the read that it asks for. */
export const tellDeleted = (
  world: Loopback,
  sweep: SweepFixture,
  target: { readonly digest?: string; readonly tag?: string },
  { name, ...request }: Teller = {},
): Promise<void> =>
  deliver(world, sweep, distributionPath, {
    events: [{ action: 'delete', target: { repository: sweep.path, ...target }, request, actor: { name } }],
  })

/** The same of a Harbor. */
export const tellDeletedByHarbor = (
  world: Loopback,
  sweep: SweepFixture,
  resource: { readonly digest: string; readonly tag: string },
  operator: string,
): Promise<void> =>
  deliver(world, sweep, harborPath, {
    type: 'DELETE_ARTIFACT',
    operator,
    event_data: { resources: [resource], repository: { repo_full_name: sweep.path } },
  })
