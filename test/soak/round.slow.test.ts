import { expect, it } from 'vitest'
import type { Estate } from './estate.ts'
import { runRound } from './round.ts'

const timeoutMs = 180_000

/** A product that is spoiled in one place, and the words in which the soak objects. */
const spoiled: readonly (readonly [what: string, objection: RegExp, tamper: (estate: Estate) => void])[] = [
  [
    'puts no bytes by before it deletes',
    /it was not archived/,
    ({ archive }) => {
      archive.putManifest = async () => undefined
    },
  ],
  [
    'sees no workload',
    /Deployment .* of cluster/,
    ({ clusters }) => {
      for (const cluster of clusters) cluster.listWorkloads = async () => []
    },
  ],
  [
    'records no image as gone',
    /is gone, and the store says that it is there/,
    ({ store }) => {
      const { saveImage } = store
      store.saveImage = async (draft, previous) =>
        draft.change.action === 'image-gone' && previous ? previous : saveImage(draft, previous)
    },
  ],
  [
    'puts back manifests without their tags',
    /tag .* is on undefined/,
    ({ writer }) => {
      const { putManifest } = writer
      writer.putManifest = async (path, reference, manifest) =>
        reference.startsWith('sha256:') ? putManifest(path, reference, manifest) : undefined
    },
  ],
  [
    'deletes nothing',
    /is toDelete by .* and was not deleted/,
    ({ writer }) => {
      writer.deleteManifest = async () => ({ outcome: 'kept', reason: 'spoiled' })
    },
  ],
]

it.each(spoiled)(
  'notices a product that %s',
  async (_, objection, tamper) => {
    const { failure } = await runRound({ seed: 'spoiled', operations: 250, tamper })

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
