import { expect, it } from 'vitest'
import { runRound } from './round.ts'

const timeoutMs = 180_000

it(
  'notices a deletion whose bytes were not put by',
  async () => {
    const { failure } = await runRound({
      seed: 'tampered',
      operations: 100,
      tamper: ({ archive }) => {
        archive.putManifest = async () => undefined
      },
    })

    expect(failure?.violation.what).toContain('it was not archived')
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
