import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRegistry } from '../../cli/embedded/registry/registry-server.ts'
import type { Clock } from '../../shared/adapters/http/retry.ts'
import { createHarborWriter } from '../../shared/adapters/registry/harbor/harbor-writer.ts'
import { createOciWriter } from '../../shared/adapters/registry/oci/oci-writer.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import { type FakeHarbor, startFakeHarbor } from '../support/fake-harbor.ts'
import { type HarborRequest, robotRights } from '../support/harbor/core.ts'
import { HarborError } from '../support/harbor/database.ts'
import { startSoakEcr } from './soak-ecr.ts'
import { type Guard, personHeaders, type RegistryKind, type SoakRegistry } from './soak-registry.ts'
import type { VirtualClock } from './virtual-clock.ts'

const noWaiting: Clock = { now: () => new Date(), sleep: async () => undefined, random: () => 0 }

export const startSoakRegistry = (kind: RegistryKind, clock: VirtualClock, guard: Guard): Promise<SoakRegistry> =>
  ({ plain: () => startPlain(guard), harbor: () => startHarbor(clock, guard), ecr: () => startSoakEcr(clock, guard) })[
    kind
  ]()

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
    lastTagTakesImage: false,
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
    lastTagTakesImage: false,
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
