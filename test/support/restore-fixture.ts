import { randomUUID } from 'node:crypto'
import { digestOf, parseManifest } from '../../shared/adapters/registry/manifest.ts'
import type { AuditEntry } from '../../shared/domain/audit.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import type { Blob } from '../../shared/domain/image.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import type { ArchivedManifest } from '../../shared/ports/platform.ts'
import type { RegistryWriter } from '../../shared/ports/registry.ts'
import { findDeletedImage } from '../../shared/restore/find-deleted-image.ts'
import { findRun } from '../../shared/restore/find-run.ts'
import type { RestoredItem } from '../../shared/restore/restore-outcome.ts'
import { type RestoreRequest, restoreRepository } from '../../shared/restore/restore-repository.ts'
import type { RestoreTarget } from '../../shared/restore/restore-world.ts'
import { syncRepository } from '../../shared/sync/sync-repository.ts'
import { type Loopback, signatureTag } from './loopback.ts'
import { createMemoryCluster } from './memory-cluster.ts'
import { createKillPoint, type KillPoint } from './memory-platform.ts'
import { readManifest } from './readable.ts'
import { createSweepFixture } from './sweep-fixture.ts'

export const sbomType = 'application/vnd.example.sbom'

export interface RestoreOptions extends Partial<RestoreRequest> {
  readonly kill?: KillPoint
  readonly writer?: RegistryWriter
  readonly clusters?: readonly Cluster[]
  /** How long the fixture's clock goes on in a second of waiting. */
  readonly sleep?: (ms: number) => Promise<unknown>
}

/** A repository that is swept and put back. */
export function createRestoreFixture(world: Loopback) {
  const sweep = createSweepFixture(world, [createMemoryCluster('eu-1')])
  let waited = 0
  const restoreTarget = (target: RestoreTarget, options: RestoreOptions = {}) => {
    const { kill = createKillPoint(), writer = world.writer, clusters = [sweep.cluster], sleep, ...request } = options
    return restoreRepository(
      target,
      { actor: 'person alice', asked: 'asked for it', ...request },
      {
        store: kill.wrap(world.store),
        archive: kill.wrap(sweep.archive),
        layers: kill.wrap(sweep.layers),
        clusters: clusters.map(one => kill.wrap(one)),
        writerFor: async () => kill.wrap(writer),
        parseManifest,
        now: () => new Date(sweep.now().getTime() + waited),
        sleep: async ms => {
          waited += ms
          await sleep?.(ms)
        },
      },
    )
  }
  const find = (reference: string) =>
    findDeletedImage(`${sweep.repository}${reference}`, {
      store: world.store,
      archive: sweep.archive,
      canonicalHost: host => host,
      canonicalPath: (_: string, path: string) => path,
    })
  const entryOf = (digest: Digest): ArchivedManifest => {
    const entry = sweep.archive.entries.get(digest)
    if (!entry) throw new Error(`expected ${digest} in the archive`)
    return entry
  }
  return {
    ...sweep,
    find,
    restoreTarget,
    /** `:v1` or `@sha256:…` of the fixture's repository. */
    restore: async (reference: string, options?: RestoreOptions) => restoreTarget(await find(reference), options),
    findRun: (policy: string, runId: string) => findRun({ policy, runId }, world.store, sweep.now()),
    /** An index with two children, two tags, a signature by tag and an SBOM by subject, an object for each tag; a newer one that stays. */
    async releaseSigned() {
      const seed = `${sweep.path} signed`
      const index = await world.push({ repository: sweep.path, tag: 'v1', seed, platforms })
      await world.push({ repository: sweep.path, tag: 'v1.0', seed, platforms })
      const signature = await world.push({
        repository: sweep.path,
        tag: signatureTag(index.digest as Digest),
        seed: `${seed} by alice`,
        artifactType: 'application/vnd.example.signature',
      })
      const sbom = await world.push({
        repository: sweep.path,
        subject: index,
        artifactType: sbomType,
        seed: `${seed} sbom`,
      })
      // Brings the children, which have no tag.
      sweep.trackWhole()
      sweep.track('v1')
      sweep.track('v1.0')
      await sweep.release('v2')
      const [amd64, arm64] = index.children.map(child => child.digest)
      if (amd64 === undefined || arm64 === undefined) throw new Error('expected an index of two')
      return { index: index.digest, amd64, arm64, signature: signature.digest, sbom: sbom.digest }
    },
    /** How many records a sync that reads everything would change. */
    async changesOfSync() {
      const context = {
        repository: sweep.repository,
        actor: 'sync',
        authority: 'none' as const,
        now: sweep.now(),
        hinted: false,
      }
      return (await syncRepository(context, sweep.path, { store: world.store, reader: world.reader })).changes
    },
    /** One round of the schedules, so many seconds later. */
    async sweepOnce(seconds: number) {
      sweep.pass(seconds)
      await sweep.inventories()
      for (const request of await sweep.plan()) await sweep.execute(request)
    },
    /** What a sweep leaves, of images that were swept before and so are in the archive. */
    async deleteAgain(digests: readonly Digest[]) {
      const goneAt = sweep.now()
      for (const digest of digests) {
        const { graph } = entryOf(digest)
        await world.writer.deleteManifest(sweep.path, digest)
        for (const { metadata } of graph.objects) {
          const object = sweep.cluster.get('Repository', metadata.name)
          if (object) await sweep.cluster.deleteObject(object)
        }
        for (const tag of graph.tags) {
          const record = await world.store.findTag(sweep.repository, tag)
          if (record) await world.store.saveTag({ ...record, goneAt, change: deletedNow(digest, goneAt) }, record)
        }
        const record = await world.store.findImage(sweep.repository, digest)
        if (record) await world.store.saveImage({ ...record, goneAt, change: deletedNow(digest, goneAt) }, record)
      }
    },
    /** The config and the layers of an archived image. */
    archivedBlobs(digest: Digest): readonly Blob[] {
      const entry = entryOf(digest)
      return parseManifest(entry.bytes, entry.mediaType, digest).blobs ?? []
    },
    /** Lets another manifest of the repository need the blobs of an archived one, so that no collection takes them. */
    async protectBlobs(digest: Digest) {
      const entry = entryOf(digest)
      const manifest = JSON.parse(Buffer.from(entry.bytes).toString())
      const bytes = Buffer.from(JSON.stringify({ ...manifest, annotations: { keeps: digest } }))
      await world.writer.putManifest(sweep.path, digestOf(bytes), { mediaType: entry.mediaType, bytes })
    },
    /** As Windows images are: a base layer that registries need not hold. */
    async pushWithForeignLayer(tag: string, foreign: Digest): Promise<Digest> {
      const { digest, mediaType } = await world.push({ repository: sweep.path, seed: `${sweep.path} base` })
      const base = await readManifest(world.reader, sweep.path, digest)
      const manifest = JSON.parse(Buffer.from(base.bytes).toString())
      const layer = {
        mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
        digest: foreign,
        size: 1_000,
        urls: ['https://layers.example.com/base'],
      }
      const bytes = Buffer.from(JSON.stringify({ ...manifest, layers: [layer, ...manifest.layers] }))
      await world.writer.putManifest(sweep.path, tag, { mediaType, bytes })
      await world.writer.deleteManifest(sweep.path, digest)
      return digestOf(bytes)
    },
    /** Everything that the store holds of the repository. */
    records: async () => [await world.store.listImages(sweep.repository), await world.store.listTags(sweep.repository)],
    tags: async () => (await world.reader.listRepository(sweep.path)).tags.map(({ tag }) => tag).sort(),
  }
}

const deletedNow = (digest: Digest, at: Date): AuditEntry => ({
  id: randomUUID(),
  at,
  actor: 'policy eu-1/team/cleanup',
  action: 'deleted',
  digest,
  reason: 'no rule keeps it',
  facts: [],
})

const platforms = ['linux/amd64', 'linux/arm64']

export type RestoreFixture = ReturnType<typeof createRestoreFixture>

/** A world in which `v1` was swept with all that belongs to it by such a policy, and `v2` stays. */
export async function sweptSigned(world: Loopback, spec: object = {}) {
  const fixture = createRestoreFixture(world)
  fixture.policy(spec)
  const digests = await fixture.releaseSigned()
  await fixture.sweep()
  const left = await fixture.tags()
  if (left.join() !== 'v2') throw new Error(`expected a sweep that leaves v2, it left ${left}`)
  return { fixture, ...digests }
}

/** `restored tag v1`, one for each thing. */
export const summaryOf = (things: readonly RestoredItem[]): string[] =>
  things.map(({ outcome, kind, name }) => `${outcome} ${kind} ${name}`)
