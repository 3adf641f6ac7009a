import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ImageToPush, type PushedImage, pushImage } from '../../cli/embedded/registry/push-image.ts'
import { type RegistryRequest, startRegistry } from '../../cli/embedded/registry/registry-server.ts'
import type { Clock } from '../../shared/adapters/http/retry.ts'
import { createOciReader } from '../../shared/adapters/registry/oci/oci-registry.ts'
import { createOciWriter } from '../../shared/adapters/registry/oci/oci-writer.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import { referrersTag } from '../../shared/domain/retention/versions/tag-kind.ts'
import type { RegistryReader, RegistryWriter } from '../../shared/ports/registry.ts'
import type { Store } from '../../shared/ports/store.ts'
import { startInProcessStore } from './in-process-store.ts'
import type { LocalStore } from './local-store.ts'

type Answer = (request: Request) => Response | undefined

/** A registry and a store on loopback, both real, and the real clients of the registry. */
export interface Loopback {
  readonly host: string
  readonly store: Store
  /** The table below the store. */
  readonly table: Pick<LocalStore, 'client' | 'tableName'>
  readonly reader: RegistryReader
  readonly writer: RegistryWriter
  /** What the registry was asked since `requests` was last emptied. */
  readonly requests: RegistryRequest[]
  /** Until the next call the registry answers what `answer` gives, and as usual where it gives nothing. */
  intercept(answer: Answer | undefined): void
  push(image: ImageToPush): Promise<PushedImage>
  /** What the registry's operators run: blobs of deleted images go for good. */
  collectGarbage(): Promise<unknown>
  /** Deletes as a person with a registry client would. */
  remove(repository: string, reference: string): Promise<void>
  readonly freshPath: () => string
  close(): Promise<void>
}

const noWaiting: Clock = { now: () => new Date(), sleep: async () => undefined, random: () => 0 }

/** `clock` is that of the registry's clients. */
export async function startLoopback(clock: Clock = noWaiting): Promise<Loopback> {
  const dataDir = mkdtempSync(join(tmpdir(), 'shelflife-loopback-'))
  const requests: RegistryRequest[] = []
  let answer: Answer | undefined
  const [registry, local] = await Promise.all([
    startRegistry({
      dataDir,
      intercept: request => answer?.(request),
      onRequest: request => requests.push(request),
    }),
    startInProcessStore(),
  ])
  const reach = { endpoint: registry.url, host: registry.host, configured: true, clock }
  return {
    host: registry.host,
    store: local.store,
    table: local,
    reader: createOciReader(reach),
    writer: createOciWriter(reach),
    requests,
    intercept: next => {
      answer = next
    },
    push: image => pushImage(registry.url, image),
    collectGarbage: () => registry.collectGarbage(),
    remove: async (repository, reference) => {
      await fetch(`${registry.url}/v2/${repository}/manifests/${reference}`, { method: 'DELETE' })
    },
    freshPath: () => `team/${randomUUID()}`,
    close: async () => {
      await Promise.all([registry.close(), local.close()])
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

export const pathOf = (request: Request): string => new URL(request.url).pathname

/** The tag under which cosign keeps the signature of a digest. */
export const signatureTag = (digest: Digest): string => `${referrersTag(digest)}.sig`
