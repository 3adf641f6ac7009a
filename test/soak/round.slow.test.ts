import { expect, it } from 'vitest'
import type { Estate } from './estate.ts'
import { runRound } from './round.ts'

const timeoutMs = 180_000

/** A product that is spoiled in one place, and the words in which the soak objects. */
interface Spoiled {
  readonly what: string
  readonly objection: RegExp
  readonly tamper: (estate: Estate) => void
  /** How many it takes until the soak notices; 250 where nothing is said. */
  readonly operations?: number
}

const spoiled: readonly Spoiled[] = [
  {
    what: 'puts no bytes by before it deletes',
    objection: /it was not archived/,
    tamper: ({ archive }) => {
      archive.putManifest = async () => undefined
    },
  },
  {
    what: 'sees no workload',
    objection: /Deployment .* of cluster/,
    tamper: ({ clusters }) => {
      for (const cluster of clusters) cluster.listWorkloads = async () => []
    },
    operations: 500,
  },
  {
    what: 'records no image as gone',
    objection: /is gone, and the store says that it is there/,
    tamper: ({ store }) => {
      const { saveImage } = store
      store.saveImage = async (draft, previous) =>
        draft.change.action === 'image-gone' && previous ? previous : saveImage(draft, previous)
    },
  },
  {
    what: 'puts back manifests without their tags',
    objection: /tag .* is on undefined/,
    tamper: ({ writer }) => {
      const { putManifest } = writer
      writer.putManifest = async (path, reference, manifest) =>
        reference.startsWith('sha256:') ? putManifest(path, reference, manifest) : undefined
    },
  },
  {
    what: 'deletes nothing',
    objection: /is unwanted by .* and was not deleted/,
    tamper: ({ writer }) => {
      writer.deleteManifest = async () => ({ outcome: 'kept', reason: 'spoiled' })
    },
  },
]

it.each(spoiled)(
  'notices a product that $what',
  async ({ objection, tamper, operations = 250 }) => {
    const { failure } = await runRound({ seed: 'spoiled', operations, tamper })

    expect(failure?.violation.what).toMatch(objection)
  },
  timeoutMs,
)

it(
  'is the same for the same seed',
  async () => {
    const round = () => runRound({ seed: 'same', operations: 40 })

    const [first, second] = [await round(), await round()]

    expect(second.figures).toEqual(first.figures)
    expect(second.failure?.operation).toBe(first.failure?.operation)
  },
  timeoutMs,
)
