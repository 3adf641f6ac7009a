import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pMap from 'p-map'
import { pushImage } from '../../cli/embedded/registry/push-image.ts'
import { startRegistry } from '../../cli/embedded/registry/registry-server.ts'
import { createRegistries } from '../../shared/adapters/registry/registries.ts'
import { anonymousCredential } from '../../shared/domain/sync-credential.ts'
import { parseSettings } from '../../shared/settings.ts'
import { runTask } from '../../shared/sync/run-task.ts'
import { startLocalStore } from '../support/local-store.ts'
import { createMemorySealer } from '../support/memory-platform.ts'

const tags = 1000
const repository = 'bench/app'
const host = 'registry.example.com'
/** A sync that takes longer is reported as such, with what it did until then. */
const budgetMs = 30_000

/** Syncs a repository of 1,000 tags twice; the second time nothing has changed. */
export async function benchSync(): Promise<string[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'shelflife-bench-'))
  let requests = 0
  let calls = 0
  let writes = 0
  const registry = await startRegistry({ dataDir, onRequest: () => requests++ })
  const local = await startLocalStore()
  local.client.middlewareStack.add(
    (next, context) => args => {
      calls++
      if (/^(Put|Update|Delete|BatchWrite|TransactWrite)/.test(context.commandName ?? '')) writes++
      return next(args)
    },
    { step: 'initialize' },
  )
  const settings = parseSettings({ registries: [{ host, endpoint: registry.url }] })
  const registries = createRegistries({
    settings,
    store: local.store,
    now: () => new Date(),
    secrets: { findSecret: async () => undefined },
    sealer: createMemorySealer(),
  })
  const sync = async (attempt: string) => {
    requests = 0
    calls = 0
    writes = 0
    const request = {
      registry: host,
      repository,
      credential: anonymousCredential,
      timeoutMs: 60_000,
      trigger: 'Scheduled' as const,
      attempt,
    }
    const startedAt = performance.now()
    const synced = runTask(
      { kind: 'request', request },
      {
        store: local.store,
        events: { publishEvents: async () => {} },
        readerFor: (name, options) => registries.reader(name, options),
        now: () => new Date(),
      },
    )
    const late = sleep(budgetMs, { message: `not done after ${budgetMs} ms` }, { ref: false })
    const result = await Promise.race([synced, late])
    const ms = Math.round(performance.now() - startedAt)
    return `${requests} registry requests, ${calls} calls of the table, ${writes} of them writes, ${ms} ms (${result.message})`
  }
  try {
    const seeds = Array.from({ length: tags }, (_, at) => `v1.0.${at}`)
    await pMap(seeds, tag => pushImage(registry.url, { repository, tag }), { concurrency: 8 })
    return [
      `first sync of ${tags} tags: ${await sync('first')}`,
      `full sync of ${tags} unchanged tags: ${await sync('second')}`,
    ]
  } finally {
    await registry.close()
    await local.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
