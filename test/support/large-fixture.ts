import { createOciReader } from '../../shared/adapters/registry/oci/oci-registry.ts'
import type { SyncRequest } from '../../shared/domain/events.ts'
import type { Store } from '../../shared/ports/store.ts'
import { runTask } from '../../shared/sync/run-task.ts'
import type { TaskResult } from '../../shared/sync/task-deps.ts'
import { startInProcessStore } from './in-process-store.ts'
import { type LargeRegistryOptions, startLargeRegistry } from './large-registry.ts'
import { createKillPoint, KilledError } from './memory-platform.ts'
import { withMemoryRecords } from './memory-records.ts'
import { at } from './records.ts'
import { recordingBus } from './webhook-fixture.ts'

const path = 'team/large'
const credential = 'anonymous'

type Asked = Partial<Pick<SyncRequest, 'timeoutMs' | 'attempt' | 'asks' | 'tags' | 'trigger'>>

/**
 * One large repository and its syncs. Of the clock a millisecond passes with each request that the registry gets, so that
 * how many slices a sync takes does not depend on the machine.
 */
export async function startLargeFixture(options: LargeRegistryOptions) {
  const [registry, local] = await Promise.all([startLargeRegistry(options), startInProcessStore()])
  const store = withMemoryRecords(local.store)
  const repository = `${registry.host}/${path}`
  const { events, published } = recordingBus()
  const deadlines = new Map<AbortController, number>()
  let clockMs = 0
  let attempts = 0
  const pass = (ms: number) => {
    clockMs += ms
    for (const [over, atMs] of deadlines) if (clockMs >= atMs) over.abort()
  }
  /** Milliseconds that a look at a tag takes. */
  let lookMs = 1
  registry.before(kind => pass(kind === 'look' ? lookMs : 1))
  const now = () => at(clockMs / 1000)

  /** One invocation, of a request that may have been made before. */
  const slice = (asked: Asked = {}, over: Store = store): Promise<TaskResult> => {
    attempts += 1
    const request: SyncRequest = {
      registry: registry.host,
      repository: path,
      credential,
      timeoutMs: 4000,
      trigger: 'Scheduled',
      attempt: `attempt-${attempts}`,
      ...asked,
    }
    return run({ kind: 'request', request }, over)
  }
  const run = async (task: Parameters<typeof runTask>[0], over: Store = store): Promise<TaskResult> => {
    const own = new Set<AbortController>()
    const deadline = (ms: number) => {
      const controller = new AbortController()
      deadlines.set(controller, clockMs + ms)
      own.add(controller)
      return controller.signal
    }
    const readerFor = async (_: string, { signal }: { readonly signal?: AbortSignal }) =>
      createOciReader({ endpoint: registry.url, host: registry.host, configured: true, signal })
    try {
      return await runTask(task, { store: over, events, readerFor, now, deadline })
    } finally {
      for (const controller of own) deadlines.delete(controller)
    }
  }
  return {
    registry,
    store,
    repository,
    path,
    published,
    now,
    slice,
    /** A hint of a tag, or of the whole repository. */
    hint: (tag?: string) =>
      run({ kind: 'hint', isPush: true, hint: { registry: registry.host, repository: path, ...(tag && { tag }) } }),
    /** One slice after the other until the sync has ended; answers how each ended. */
    sync: async (asked: Asked = {}): Promise<TaskResult[]> => {
      const results = [await slice(asked)]
      while (results.at(-1)?.outcome === 'continued') results.push(await slice(asked))
      return results
    },
    slowDown: (ms: number) => {
      lookMs = ms
    },
    pass: (seconds: number) => pass(seconds * 1000),
    record: () => store.findSync(repository, credential),
    tags: async () => (await store.listTags(repository)).filter(({ goneAt }) => goneAt === undefined),
    close: async () => {
      await Promise.all([registry.close(), local.close()])
    },
  }
}

/**
 * A sync that is killed and repeated until it ends, first after `first` calls of the store and then each time after `step`
 * more; answers how it ended and how often it was killed.
 */
export async function syncKilled(
  large: LargeFixture,
  { first, step }: { readonly first: number; readonly step: number },
) {
  for (let kills = 0; ; kills++) {
    const kill = createKillPoint(first + kills * step)
    try {
      return { ...(await large.slice({ timeoutMs: 1_000_000 }, kill.wrap(large.store))), kills }
    } catch (error) {
      if (!(error instanceof KilledError)) throw error
    }
  }
}

export type LargeFixture = Awaited<ReturnType<typeof startLargeFixture>>
