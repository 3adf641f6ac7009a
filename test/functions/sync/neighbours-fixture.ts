import { SQSClient } from '@aws-sdk/client-sqs'
import { onTestFinished, vi } from 'vitest'
import { pollQueue } from '../../../cli/embedded/event-source.ts'
import { invocationContext } from '../../../cli/embedded/invocation-context.ts'
import { localQueues } from '../../../cli/embedded/local-transport.ts'
import { queueFile } from '../../../cli/embedded/queue-file.ts'
import { queueHandler } from '../../../functions/runtime/queue-consumer.ts'
import { createQueueMessages } from '../../../functions/runtime/queue-messages.ts'
import { syncConsumer } from '../../../functions/sync/consume-sync.ts'
import { UntrackedPushes } from '../../../functions/sync/untracked-pushes.ts'
import { createSyncQueue } from '../../../shared/adapters/events/work-queues.ts'
import { createRegistries } from '../../../shared/adapters/registry/registries.ts'
import { parseSettings } from '../../../shared/settings.ts'
import { HostWatch } from '../../../shared/sync/hosts/host-watch.ts'
import { Slots } from '../../../shared/sync/hosts/slots.ts'
import { type QueueName, queues } from '../../../shared/wiring.ts'
import { clientOptions, testAws } from '../../cli/embedded/aws/embedded-aws.ts'
import { startLoopback } from '../../support/loopback.ts'
import { createMemorySealer } from '../../support/memory-platform.ts'
import { startRegistryProxy } from '../../support/registry-proxy.ts'
import { recordingBus } from '../../support/webhook-fixture.ts'

interface Times {
  readonly stallMs: number
  readonly slotDelayMs: number
}

/**
 * The function `sync` behind its queues, in four invocations at once, with a registry that is well and another, before
 * which a proxy may be told to stall. Time goes on as it does, and by `pass`.
 */
export async function startNeighbours(times: Times) {
  const world = await startLoopback()
  const proxy = await startRegistryProxy(`http://${world.host}`)
  const aws = await testAws({ queues: localQueues() })
  let passedMs = 0
  let isEnding = false
  const now = () => new Date(Date.now() + passedMs)
  const { store } = world
  const bus = recordingBus()
  const registryAt = (host: string) => ({ host, endpoint: `http://${host}`, grants: [] })
  const settings = parseSettings({ registries: [registryAt(world.host), registryAt(proxy.host)] })
  const secrets = {
    findSecret: async () => undefined,
    putSecret: async () => undefined,
    deleteSecret: async () => undefined,
  }
  const client = new SQSClient(clientOptions(aws.endpoint))
  const invocations = 4
  // The log of many messages is of no use here; its loggers look once.
  vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'SILENT')
  const handler = queueHandler(
    'sync',
    syncConsumer({
      copies: { look: async () => undefined },
      store,
      events: bus.events,
      readerFor: createRegistries({
        settings,
        secrets,
        sealer: createMemorySealer(),
        store,
        now,
        stallMs: times.stallMs,
      }).reader,
      hosts: new HostWatch({ store, now }),
      slots: new Slots({ store, now, slots: invocations }),
      slotDelayMs: times.slotDelayMs,
      messages: createQueueMessages(client),
      canonicalHost: host => host,
      untracked: new UntrackedPushes(now),
      now,
    }),
  )
  vi.unstubAllEnvs()
  const errors: unknown[] = []
  const poll = (name: QueueName) =>
    pollQueue({
      aws,
      queueName: queueFile(name),
      batchSize: queues[name].batchSize,
      visibilityTimeoutMs: queues[name].visibilityTimeoutSeconds * 1000,
      concurrency: invocations,
      invoke: async event =>
        (await handler(
          event,
          invocationContext('sync', () => isEnding),
        )) ?? undefined,
      onError: error => errors.push(error),
    })
  const pollers = [poll('sync'), poll('hints')]
  const stop = async () => {
    isEnding = true
    await Promise.all(pollers.map(poller => poller.stop()))
  }
  onTestFinished(async () => {
    await stop()
    await proxy.stop()
    await world.close()
  })
  const syncQueue = createSyncQueue(client, aws.queueUrl(queueFile('sync')))
  return {
    world,
    proxy,
    errors,
    published: bus.published,
    pass: (ms: number) => {
      passedMs += ms
    },
    stop,
    queueCounts: (name: QueueName) => aws.queues.get(queueFile(name)).counts(),
    /** What reconcile sends for the objects of a namespace. */
    ask: (registry: string, paths: readonly string[], attempt: string, namespace = 'eu-1/shop') =>
      syncQueue.sendSyncRequests(
        paths.map(repository => ({
          registry,
          repository,
          credential: 'anonymous',
          timeoutMs: 600_000,
          trigger: 'Scheduled',
          attempt,
          namespaces: [namespace],
        })),
      ),
    /** What the webhook sends. */
    hint: (registry: string, repository: string, tag: string) => {
      const detail = { registry, repository, tag }
      const body = JSON.stringify({ id: 'event-1', source: 'shelflife', 'detail-type': 'ImagePushed', detail })
      aws.queues.get(queueFile('hints')).send({ body, groupId: repository })
    },
    syncsOf: (registry: string, paths: readonly string[]) =>
      Promise.all(paths.map(path => store.findSync(`${registry}/${path}`, 'anonymous'))),
  }
}
