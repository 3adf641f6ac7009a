import { installationCredential } from '../../shared/domain/sync-credential.ts'
import type { SweepRequest } from '../../shared/ports/messaging.ts'
import type { Store } from '../../shared/ports/store.ts'
import * as theirs from '../fixtures/code-6e1a4d3.mjs'
import type { MemoryCluster } from '../support/memory-cluster.ts'
import { noEvents } from '../support/webhook-fixture.ts'
import type { Code, Hands } from './code.ts'
import { inWordsOf } from './in-words-of.ts'

/*
 * The bundle is the code of commit 6e1a4d3, which knows no grants: `git archive 6e1a4d3` into an empty folder, there a file
 * that exports `createDynamoStore` of shared/store/dynamo-store.ts, `takeInventory` of shared/inventory/take-inventory.ts,
 * `ClusterLists` of shared/sweep/cluster-lists.ts, `executeSweep`, `planPolicies`, `parseSyncMessage` and `runTask` of
 * functions/, and shared/errors.ts as `errors`; and then
 * `esbuild FILE --bundle --platform=node --format=esm --packages=external --minify --legal-comments=none --target=node20`.
 */

const canonicalHost = (host: string): string => host

export function codeOfYesterday(store: Store): Code {
  const taskDeps = ({ life, estate, readerOf }: Hands) => ({
    store: life.wrap(store),
    events: life.wrap(noEvents),
    // It knows one credential a repository, which here is that of the installation.
    readerFor: async () => life.wrap(inTheirWords(readerOf('', installationCredential))),
    now: estate.clock.now,
    wait: async () => undefined,
  })
  return {
    async hint(body, hands) {
      await theirs.runTask(theirs.parseSyncMessage(body), taskDeps(hands))
    },
    async sync({ credential: _, ...request }, hands) {
      const { outcome } = await theirs.runTask({ kind: 'request', request }, taskDeps(hands))
      return outcome === 'synced' ? 'synced' : 'failed'
    },
    async inventory(cluster, { life, estate }) {
      const deps = { canonicalHost, store: life.wrap(store), now: estate.clock.now }
      await theirs.takeInventory(life.wrap(clusterOfYesterday(cluster)), deps)
    },
    async plan({ life, estate, sendSweeps, note }) {
      const clusters = estate.clusters.map(one => life.wrap(clusterOfYesterday(one)))
      await theirs.planPolicies(
        new theirs.ClusterLists(clusters, canonicalHost, []),
        {
          store: life.wrap(store),
          sweepQueue: life.wrap({ sendSweepRequests: async (sent: readonly SweepRequest[]) => sendSweeps(sent) }),
          events: life.wrap(noEvents),
          killSwitch: life.wrap(estate.killSwitch),
          now: estate.clock.now,
        },
        { info: note, warn: note, error: note },
      )
    },
    async execute(request, before, { life, estate }) {
      const { message } = await theirs.executeSweep(request, {
        store: life.wrap(store),
        clusters: estate.clusters.map(one => life.wrap(clusterOfYesterday(one), before.ofCluster(one))),
        awsWorkloads: [],
        writerFor: async () => life.wrap(inTheirWords(estate.writer), before.ofRegistry),
        archive: life.wrap(inTheirWords(estate.archive)),
        killSwitch: life.wrap(estate.killSwitch),
        canonicalHost,
        now: estate.clock.now,
        wait: async (ms: number) => estate.clock.pass(ms / 1000),
      })
      return message
    },
  }
}

const clusterOfYesterday = (cluster: MemoryCluster): object =>
  inTheirWords({
    ...cluster,
    hasNamespace: async (namespace: string) => (await cluster.findNamespace(namespace)) !== undefined,
  })

const inTheirWords = inWordsOf(theirs.errors)
