import { expect, it } from 'vitest'
import type { Estate } from './estate.ts'
import { runRound } from './round.ts'

const timeoutMs = 180_000

it.each<[string, RegExp, (estate: Estate) => void]>([
  [
    'I8 in use',
    /deleted: .*Deployment app-\d+ of cluster/,
    ({ clusters }) => {
      for (const cluster of clusters) cluster.listWorkloads = async () => []
    },
  ],
  [
    'I4 I5 about something that is deleted',
    /subject|left behind/,
    ({ writer }) => {
      Object.assign(writer, { listReferrers: async () => [] })
    },
  ],
  [
    'not archived',
    /it was not archived/,
    ({ archive }) => {
      archive.putManifest = async () => undefined
    },
  ],
])(
  'the soak notices a product that is blind to what is %s',
  async (_, expected, tamper) => {
    const { failure } = await runRound({ seed: 'tampered', operations: 150, tamper })

    expect(failure?.violation.what).toMatch(expected)
  },
  timeoutMs,
)

it(
  'a round is the same for the same seed',
  async () => {
    const round = () => runRound({ seed: 'same', operations: 60 })

    const [first, second] = [await round(), await round()]

    expect(second.figures).toEqual(first.figures)
    expect(second.failure?.operation).toBe(first.failure?.operation)
  },
  timeoutMs,
)
