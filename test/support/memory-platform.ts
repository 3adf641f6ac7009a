import { randomUUID } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { digestOf } from '../../shared/adapters/registry/manifest.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import { InvalidInputError, NotFoundError } from '../../shared/errors.ts'
import type { LayerArchive } from '../../shared/ports/layer-archive.ts'
import type { ArchivedManifest, CopyOwner, KillSwitch, ManifestArchive, Sealer } from '../../shared/ports/platform.ts'

export interface MemoryArchive extends ManifestArchive {
  readonly entries: Map<string, ArchivedManifest>
}

/** An archive in memory, by digest. */
export function createMemoryArchive(): MemoryArchive {
  const entries = new Map<string, ArchivedManifest>()
  return {
    entries,
    putManifest: async entry => {
      entries.set(entry.digest, entry)
    },
    findManifest: async (_, digest) => entries.get(digest),
  }
}

/** Keeps what it sealed, and opens it for whom it is. */
export function createMemorySealer(): Sealer {
  const kept = new Map<string, { readonly text: string; readonly owner: CopyOwner }>()
  return {
    seal: async (text, { cluster, uid }) => {
      const sealed = randomUUID()
      kept.set(sealed, { text, owner: { cluster, uid } })
      return sealed
    },
    open: async (sealed, { cluster, uid }) => {
      const found = kept.get(sealed)
      return found?.owner.cluster === cluster && found.owner.uid === uid ? found.text : undefined
    },
  }
}

export interface MemoryLayers extends LayerArchive {
  putBlob: LayerArchive['putBlob']
  readonly blobs: Map<Digest, Uint8Array>
}

/** An archive of layers in memory, which keeps them for thirty days. */
export function createMemoryLayers(now: () => Date): MemoryLayers {
  const blobs = new Map<Digest, Uint8Array>()
  const livesUntil = () => new Date(now().getTime() + 30 * 24 * 3600 * 1000)
  return {
    blobs,
    findBlob: async digest => {
      const bytes = blobs.get(digest)
      return bytes && { sizeBytes: bytes.byteLength, livesUntil: livesUntil() }
    },
    keepBlob: async blob => blobs.get(blob.digest)?.byteLength === blob.sizeBytes,
    putBlob: async (blob, chunks) => {
      const bytes = await buffer(chunks)
      if (bytes.byteLength !== blob.sizeBytes || digestOf(bytes) !== blob.digest)
        throw new InvalidInputError(`expected bytes that hash to ${blob.digest}, got others`)
      blobs.set(blob.digest, bytes)
    },
    openBlob: async digest => {
      const bytes = blobs.get(digest)
      if (!bytes) throw new NotFoundError(`${digest}: expected a layer, it is there no more`)
      return (async function* () {
        yield bytes
      })()
    },
  }
}

type Around = (name: string, args: readonly unknown[], call: () => unknown) => unknown

/** The same object, with something around each call of its methods. */
export const aroundCalls = <T extends object>(target: T, around: Around): T =>
  new Proxy(target, {
    get(_, name, receiver) {
      const found: unknown = Reflect.get(target, name, receiver)
      // Of a registry: it has calls of its own.
      if (name === 'archive' && typeof found === 'object' && found !== null) return aroundCalls(found, around)
      if (typeof found !== 'function') return found
      // Makes no call itself: those of the view count.
      if (name === 'view') return (...args: unknown[]) => aroundCalls(Reflect.apply(found, target, args), around)
      return (...args: unknown[]) => around(String(name), args, () => Reflect.apply(found, target, args))
    },
  })

/** Thrown in the place of an answer: the process is dead, whatever the call did. */
export class KilledError extends Error {}

/** Counts the calls of everything wrapped by it, and lets nothing through after the `last`-th, whose answer is lost. */
export function createKillPoint(last = Number.POSITIVE_INFINITY) {
  let calls = 0
  return {
    get calls() {
      return calls
    },
    wrap: <T extends object>(target: T): T =>
      aroundCalls(target, async (name, _, call) => {
        calls += 1
        if (calls > last) throw new KilledError(`dead before ${name}`)
        const answer = await call()
        if (calls >= last) throw new KilledError(`killed after ${name}`)
        return answer
      }),
  }
}

export type KillPoint = ReturnType<typeof createKillPoint>

/** A kill switch and the hand on it. */
export function createSwitch(): KillSwitch & { on: boolean } {
  return {
    on: false,
    async isPaused() {
      return this.on
    },
  }
}

/** Lets something happen in the moment before a call of anything wrapped by it. */
export function createMoments() {
  const moments = new Map<string, (...args: unknown[]) => unknown>()
  return {
    /** Each time before a call of this name, until another takes its place. */
    before: (name: string, happen: (...args: unknown[]) => unknown) => void moments.set(name, happen),
    /** Only the first time. */
    onceBefore: (name: string, happen: (...args: unknown[]) => unknown) =>
      void moments.set(name, async (...args) => {
        moments.delete(name)
        await happen(...args)
      }),
    wrap: <T extends object>(target: T): T =>
      aroundCalls(target, async (name, args, call) => {
        await moments.get(name)?.(...args)
        return call()
      }),
  }
}
