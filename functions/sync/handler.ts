import { canonicalHost, rulebookOf } from '../../shared/settings.ts'
import { CopyWatch, copyingHosts } from '../../shared/sync/copy-watch.ts'
import { HostWatch } from '../../shared/sync/hosts/host-watch.ts'
import { Slots } from '../../shared/sync/hosts/slots.ts'
import { queues } from '../../shared/wiring.ts'
import { openMessages, openNews } from '../compose/messaging.ts'
import { openRegistries } from '../compose/registries.ts'
import { openSealer } from '../compose/sealing.ts'
import { openSecrets } from '../compose/secrets.ts'
import { now, openMetrics, openStore } from '../compose/state.ts'
import { readSettings } from '../runtime/environment.ts'
import { queueHandler } from '../runtime/queue-consumer.ts'
import { syncConsumer } from './consume-sync.ts'
import { UntrackedPushes } from './untracked-pushes.ts'

const settings = readSettings()
const store = openStore('sync', settings)
const readerFor = openRegistries(settings, { secrets: openSecrets(), sealer: openSealer() }, store).reader
const deps = {
  store,
  events: openNews(),
  readerFor,
  copies: new CopyWatch({ store, readerFor, hosts: copyingHosts(rulebookOf(settings)), now }),
  hosts: new HostWatch({ store, now }),
  slots: new Slots({ store, now, slots: queues.sync.maxConcurrency }),
  messages: openMessages(),
  metrics: openMetrics('sync'),
  untracked: new UntrackedPushes(now),
  canonicalHost: (host: string) => canonicalHost(settings, host),
  now,
}

/** Triggered by two queues, `hints` of the bus and requests of reconcile, each message perhaps delivered before. */
export const handler = queueHandler('sync', syncConsumer(deps))
