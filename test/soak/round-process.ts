import type { RoundMessage } from './play-rounds.ts'
import { type RoundOptions, runRound } from './round.ts'

/** One round in a process of its own, for `play-rounds.ts`. */
const options = JSON.parse(process.argv[2] ?? '{}') as RoundOptions
let operations = 0
const send = (message: RoundMessage) => process.send?.(message)
const result = await runRound({
  ...options,
  onOperation: () => {
    operations += 1
    if (operations % 10 === 0) send({ operations })
  },
})
process.send?.({ result } satisfies RoundMessage, () => process.exit())
