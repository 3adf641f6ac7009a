import pMap from 'p-map'
import { describe, expect, it } from 'vitest'
import type { SyncRequest } from '../../shared/domain/events.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import { reconcileAll, reconcileRepository } from '../../shared/reconcile/reconcile.ts'
import { runTask } from '../../shared/sync/run-task.ts'
import type { Loopback } from '../support/loopback.ts'
import { createMemorySealer } from '../support/memory-platform.ts'
import { rulebookWith } from '../support/rulebook.ts'
import { recordingBus, secretsOf } from '../support/webhook-fixture.ts'

/** What a person does with kubectl. */
export interface Person {
  apply(object: object): Promise<void>
  annotate(namespace: string, repository: string, annotation: string): Promise<void>
  /** `kubectl patch --type merge`. */
  patch(namespace: string, repository: string, spec: object): Promise<void>
  /** `kubectl wait --for=condition=Synced --timeout=120s`: the digest that the object showed when it was met. */
  waitForSynced(namespace: string, repository: string): Promise<string>
}

export interface Waiting {
  readonly cluster: Cluster
  readonly person: Person
  readonly world: Loopback
}

const atOnce = 10
const rounds = 10
/** Of the queue: in which equal requests are one, by looks of a minute each. */
const deduplicatedLooks = 5

/** Two that lead to the same, with the same credential. */
const registries = ['registry', 'other'] as const

const names = Array.from({ length: atOnce }, (_, place) => `v${place}`)

/** The pipeline with the schedule of AWS: reconcile looks once a minute, and no registry tells of a push. */
function createPipeline({ cluster, world }: Waiting) {
  const { events } = recordingBus()
  const sentAt = new Map<string, number>()
  const queue: SyncRequest[] = []
  let looks = 0
  const now = () => new Date()
  const deps = {
    store: world.store,
    secrets: secretsOf({}),
    sealer: createMemorySealer(),
    clusterList: [cluster],
    clusters: [cluster.name],
    syncQueue: {
      sendSyncRequests: async (requests: readonly SyncRequest[]) => {
        for (const request of requests) {
          const body = JSON.stringify(request)
          if (looks - (sentAt.get(body) ?? Number.NEGATIVE_INFINITY) < deduplicatedLooks) continue
          sentAt.set(body, looks)
          queue.push(request)
        }
      },
    },
    rulebook: rulebookWith(),
    readerFor: async () => world.reader,
    now,
  }
  return {
    /** One minute: the look, the syncs that it asks for, and what their ends show. */
    look: async () => {
      looks += 1
      const problems = (await reconcileAll(deps)).flatMap(({ problem }) => problem ?? [])
      if (problems.length > 0) throw new Error(problems.join())
      for (const request of queue.splice(0)) {
        await runTask({ kind: 'request', request }, { store: world.store, events, readerFor: deps.readerFor, now })
        await reconcileRepository(request, deps)
      }
    },
  }
}

/** Looks again and again until the work is done. */
async function during<T>(work: Promise<T>, look: () => Promise<void>): Promise<T> {
  let isOver = false
  const watched = work.finally(() => {
    isOver = true
  })
  watched.catch(() => undefined)
  // Whoever waits begins first: the look of AWS comes up to a minute later. None is left behind beside the next one:
  // the queue of AWS hands out one message of a repository at a time.
  while (!isOver) await look()
  return watched
}

/** A hundred times each: nothing but the new read meets a wait that follows right after apply, annotate or patch. */
export function waitRounds(name: string, setup: () => Waiting): void {
  describe(`kubectl wait with ${name}`, () => {
    const apiVersion = 'image.theriseunion.io/v1alpha1'

    const start = async (namespace: string) => {
      const waiting = setup()
      const { person, world } = waiting
      const { look } = createPipeline(waiting)
      const repository = world.freshPath()
      await person.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
      for (const registry of registries)
        await person.apply({
          apiVersion,
          kind: 'RegistrySecret',
          metadata: { name: registry, namespace },
          spec: { domain: world.host, provider: 'other' },
        })
      const track = (object: string, tag: string) =>
        person.apply({
          apiVersion,
          kind: 'Repository',
          metadata: { name: object, namespace },
          spec: { repository, tag, registryRef: { name: 'registry' }, syncInterval: '24h' },
        })
      /** Moves each tag, does something to an object for it, and waits at once: what each wait was met by. */
      const round = async (seed: string, objectOf: (tag: string) => string, act: (tag: string) => Promise<void>) => {
        const pushed: string[] = []
        for (const tag of names) pushed.push((await world.push({ repository, tag, seed: `${seed} ${tag}` })).digest)
        const acting = pMap(names, async tag => {
          await act(tag)
          return person.waitForSynced(namespace, objectOf(tag))
        })
        return { pushed, met: await during(acting, look) }
      }
      const known = await round(
        'first',
        tag => tag,
        tag => track(tag, tag),
      )
      expect(known.met).toEqual(known.pushed)
      return { person, track, round }
    }

    it('right after apply, of a tag that others read before it moved', async () => {
      const { track, round } = await start('wait-applied')

      for (let number = 0; number < rounds; number++) {
        const nameOf = (tag: string) => `${tag}-${number}`
        const { pushed, met } = await round(`apply ${number}`, nameOf, tag => track(nameOf(tag), tag))

        expect(met).toEqual(pushed)
      }
    })

    it('right after a change of the spec', async () => {
      const { person, round } = await start('wait-changed')

      for (let number = 0; number < rounds; number++) {
        const name = registries[(number + 1) % registries.length]
        const { pushed, met } = await round(
          `change ${number}`,
          tag => tag,
          tag => person.patch('wait-changed', tag, { registryRef: { name } }),
        )

        expect(met).toEqual(pushed)
      }
    })

    it('right after the annotation', async () => {
      const { person, round } = await start('wait-annotated')

      for (let number = 0; number < rounds; number++) {
        const annotation = 'theriseunion.io/manual-sync=true'
        const { pushed, met } = await round(
          `annotate ${number}`,
          tag => tag,
          tag => person.annotate('wait-annotated', tag, annotation),
        )

        expect(met).toEqual(pushed)
      }
    })
  })
}
