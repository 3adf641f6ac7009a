import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRegistry } from '../../cli/embedded/registry/registry-server.ts'
import type { Clock } from '../../shared/adapters/http/retry.ts'
import { createHarborWriter } from '../../shared/adapters/registry/harbor/harbor-writer.ts'
import { createOciWriter } from '../../shared/adapters/registry/oci/oci-writer.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import type { RegistryFacts } from '../../shared/domain/registry-facts.ts'
import type { RegistryWriter } from '../../shared/ports/registry.ts'
import { type FakeHarbor, startFakeHarbor } from '../support/fake-harbor.ts'
import { type HarborRequest, robotRights } from '../support/harbor/core.ts'
import { HarborError } from '../support/harbor/database.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** Sent with what people do in the registry: the guard lets it pass, and outages do not hold it back. */
export const personHeaders = { 'x-soak-person': 'yes' } as const

/** Asked before each request to the registry that no person sent; what it answers goes out in the registry's place. */
export type Guard = (request: Request) => Promise<Response | undefined>

export const registryKinds = ['plain', 'harbor'] as const
export type RegistryKind = (typeof registryKinds)[number]

/** The registry of a round, with what is true of its kind. */
export interface SoakRegistry {
  readonly kind: RegistryKind
  readonly url: string
  readonly host: string
  readonly facts: RegistryFacts
  /** It says when each manifest was pushed. */
  readonly tellsPushes: boolean
  /** The product's way to it, under any name of a host. */
  writerOf(host: string): RegistryWriter
  /** What else goes with a digest, in that order; undefined where the registry refuses to delete it. */
  takesAlong(path: string, digest: Digest): readonly Digest[] | undefined
  /** By a person. */
  deleteDigest(path: string, digest: Digest): Promise<void>
  deleteTag(path: string, tag: string): Promise<void>
  collectGarbage(): Promise<unknown>
  close(): Promise<void>
}

const noWaiting: Clock = { now: () => new Date(), sleep: async () => undefined, random: () => 0 }

export const startSoakRegistry = (kind: RegistryKind, clock: VirtualClock, guard: Guard): Promise<SoakRegistry> =>
  kind === 'plain' ? startPlain(guard) : startHarbor(clock, guard)

async function startPlain(guard: Guard): Promise<SoakRegistry> {
  const dataDir = mkdtempSync(join(tmpdir(), 'shelflife-soak-'))
  const intercept = (request: Request) => (request.headers.has('x-soak-person') ? undefined : guard(request))
  const registry = await startRegistry({ dataDir, intercept })
  const { url, host } = registry
  const remove = (path: string, reference: string) => sendDelete(`${url}/v2/${path}/manifests/${reference}`, 202)
  return {
    kind: 'plain',
    url,
    host,
    facts: { untagged: 'stays' },
    tellsPushes: false,
    writerOf: name => createOciWriter({ endpoint: url, host: name, configured: true, clock: noWaiting }),
    takesAlong: () => [],
    deleteDigest: remove,
    deleteTag: remove,
    collectGarbage: () => registry.collectGarbage(),
    close: async () => {
      await registry.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function startHarbor(clock: VirtualClock, guard: Guard): Promise<SoakRegistry> {
  const harbor = await startFakeHarbor()
  const { url, host, database, state } = harbor
  Object.assign(state, {
    now: clock.now,
    rights: [...robotRights, 'repository-delete'],
    // What people read to know what they pushed is no pull.
    countsPull: ({ headers }: HarborRequest) => !('x-soak-person' in headers),
    answer: async (request: HarborRequest) => {
      harbor.requests.length = 0
      return 'x-soak-person' in request.headers ? undefined : guard(asRequest(harbor, request))
    },
  })
  const artifactOf = (path: string, digest: string) => {
    const [project, name] = path.split('/')
    return `${url}/api/v2.0/projects/${project}/repositories/${name}/artifacts/${digest}`
  }
  return {
    kind: 'harbor',
    url,
    host,
    facts: { untagged: 'goes-with-index' },
    tellsPushes: true,
    writerOf: name => createHarborWriter({ endpoint: url, host: name, configured: true, clock: noWaiting }),
    takesAlong: (path, digest) => goesAlong(harbor, path, digest),
    deleteDigest: (path, digest) => sendDelete(artifactOf(path, digest), 200),
    deleteTag: async (path, tag) => sendDelete(`${artifactOf(path, database.get(path, tag).digest)}/tags/${tag}`, 200),
    collectGarbage: () => harbor.collectGarbage(),
    close: () => harbor.close(),
  }
}

const asRequest = ({ url }: FakeHarbor, { method, path, headers }: HarborRequest): Request => {
  const sent = Object.entries(headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []))
  return new Request(`${url}${path}`, { method, headers: Object.fromEntries(sent) })
}

function goesAlong({ database }: FakeHarbor, path: string, digest: Digest): readonly Digest[] | undefined {
  try {
    return database.goesWith(database.get(path, digest)).map(one => one.digest)
  } catch (error) {
    if (error instanceof HarborError) return undefined
    throw error
  }
}

async function sendDelete(url: string, expected: number): Promise<void> {
  const response = await fetch(url, { method: 'DELETE', headers: personHeaders })
  await response.body?.cancel()
  if (response.status !== expected) throw new Error(`DELETE ${url}: expected ${expected}, got ${response.status}`)
}
