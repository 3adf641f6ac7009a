import { expect, it } from 'vitest'
import { digestOf } from '../../../../shared/adapters/registry/manifest.ts'
import { ociManifest } from '../../../../shared/adapters/registry/media-types.ts'
import { InvalidInputError, UnavailableError } from '../../../../shared/errors.ts'
import type { Manifest, RegistryWriter } from '../../../../shared/ports/registry.ts'
import { LayerCopies, LayersLeft } from '../../../../shared/sweep/execute/layer-copies.ts'
import { createMemoryLayers } from '../../../support/memory-platform.ts'

const blobOf = (bytes: Buffer) => ({ digest: digestOf(bytes), sizeBytes: bytes.byteLength })
const [small, large] = [Buffer.alloc(10, 'a'), Buffer.alloc(100, 'b')]

const manifestOf = (...blobs: readonly Buffer[]): Manifest => ({
  digest: digestOf(Buffer.concat(blobs)),
  mediaType: ociManifest,
  bytes: Buffer.from('{"layers":[]}'),
  blobs: blobs.map(blobOf),
  sizeBytes: 0,
})

/** Copies from a registry that has these, a byte at a time; `onByte` is called before each. */
function copiesOf(onByte: (digest: string) => void, remainingMs?: () => number) {
  const layers = createMemoryLayers(() => new Date())
  const reads: string[] = []
  const writer: Pick<RegistryWriter, 'readBlob' | 'hasBlob'> = {
    hasBlob: async () => false,
    readBlob: async (_, blob, use) => {
      const bytes = [small, large].find(one => digestOf(one) === blob.digest)
      if (!bytes) return undefined
      reads.push(blob.digest)
      const bytesOf = async function* () {
        for (const byte of bytes) {
          onByte(blob.digest)
          yield Buffer.of(byte)
        }
      }
      return { value: await use(bytesOf()) }
    },
  }
  const copies = new LayerCopies({ writer, layers, stopReason: async () => undefined, remainingMs, largeBytes: 50 })
  const outcome = (...blobs: readonly Buffer[]) =>
    copies.archive(manifestOf(...blobs), 'team/app').catch(error => error)
  return { copies, layers, reads, outcome }
}

it('fails with the figures for a layer that does not fit into all the time that there is', async () => {
  let leftMs = 1_000_000
  const { outcome, copies } = copiesOf(
    () => {
      leftMs -= 10_000
    },
    () => leftMs,
  )

  const failure = await outcome(large)

  expect(failure).toBeInstanceOf(InvalidInputError)
  expect(failure.message).toContain('(100 bytes): expected to be archived within 500 s, got 49 bytes of it')
  expect(copies.copied).toBe(0)
})

it('leaves one that began late, or that others shared the line with, to the next execution', async () => {
  let leftMs = 1_000_000
  const { outcome, copies } = copiesOf(
    digest => {
      leftMs -= digest === digestOf(small) ? 20_000 : 10_000
    },
    () => leftMs,
  )

  expect(await outcome(small)).toEqual([])
  expect(await outcome(large)).toBeInstanceOf(LayersLeft)
  expect(copies.copied).toBe(1)
})

it('copies a blob once however many ask for it at the same time, and again where the line breaks', async () => {
  let breaks = 1
  const { outcome, reads, layers } = copiesOf(() => {
    if (breaks-- > 0) throw new UnavailableError('expected the whole body', { kind: 'network' })
  })

  const outcomes = await Promise.all([outcome(small), outcome(small, large), outcome(large)])

  expect(outcomes).toEqual([[], [], []])
  expect(reads).toHaveLength(3)
  expect(layers.blobs.size).toBe(2)
})

it('answers with what the registry has no more', async () => {
  const gone = Buffer.from('gone')
  const { outcome } = copiesOf(() => undefined)

  expect(await outcome(small, gone)).toEqual([blobOf(gone)])
})
