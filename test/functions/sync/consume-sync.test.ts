import { Logger } from '@aws-lambda-powertools/logger'
import { expect, it, onTestFinished } from 'vitest'
import { invocationContext } from '../../../cli/embedded/invocation-context.ts'
import { syncConsumer } from '../../../functions/sync/consume-sync.ts'
import { UntrackedPushes } from '../../../functions/sync/untracked-pushes.ts'
import { longestLookMs } from '../../../shared/sync/copy-watch.ts'
import { HostWatch } from '../../../shared/sync/hosts/host-watch.ts'
import { Slots } from '../../../shared/sync/hosts/slots.ts'
import { startLoopback } from '../../support/loopback.ts'
import { at } from '../../support/records.ts'
import { noEvents } from '../../support/webhook-fixture.ts'

it.each([
  ['is asked for after a sync', longestLookMs + 1000, ['looked']],
  ['is left out where it might not end within the invocation', longestLookMs, []],
] as const)('what registries copy %s', async (_, leftMs, expected) => {
  const world = await startLoopback()
  onTestFinished(() => world.close())
  const repository = world.freshPath()
  await world.push({ repository, tag: 'v1' })
  const now = () => at(0)
  const looks: string[] = []
  const { handle } = syncConsumer({
    store: world.store,
    events: noEvents,
    readerFor: async () => world.reader,
    hosts: new HostWatch({ store: world.store, now }),
    slots: new Slots({ store: world.store, now, slots: 20 }),
    copies: {
      look: async () => {
        looks.push('looked')
      },
    },
    messages: { retry: async () => undefined, hold: () => ({ done: () => undefined, release: async () => undefined }) },
    canonicalHost: host => host,
    untracked: new UntrackedPushes(now),
    now,
  })
  const request = { registry: world.host, repository, credential: 'anonymous', timeoutMs: 5000, attempt: '1' }
  const log = new Logger({ serviceName: 'sync', logLevel: 'SILENT' })
  const invocation = {
    ...invocationContext('sync'),
    getRemainingTimeInMillis: () => leftMs,
    log,
    count: () => undefined,
  }

  await handle({ kind: 'request', request: { ...request, trigger: 'Scheduled' } }, invocation)

  expect(looks).toEqual(expected)
  expect(await world.store.findSync(`${world.host}/${repository}`, 'anonymous')).toMatchObject({
    lastOutcome: { succeeded: true },
  })
})
