import { fork } from 'node:child_process'
import { join } from 'node:path'
import pMap from 'p-map'
import type { SoakOptions } from './options.ts'
import type { RoundOptions, RoundResult } from './round.ts'

/** A round with its number, from 0. */
export interface PlayedRound {
  readonly round: number
  readonly result: RoundResult
}

/** What a round's process sends: now and then how far it is, and at last how it ended. */
export type RoundMessage = { readonly operations: number } | { readonly result: RoundResult }

const program = join(import.meta.dirname, 'round-process.ts')

/**
 * Plays the rounds in processes of their own, several at once: each has its own seed and its own world, so that neither
 * their order nor their number changes what happens in one. After a failure no further round is begun.
 */
export async function playRounds(
  options: SoakOptions,
  onProgress: (operations: number) => void,
): Promise<PlayedRound[]> {
  const { operations, roundSize, only, workers } = options
  const all = Array.from({ length: Math.ceil(operations / roundSize) }, (_, round) => round)
  const done = new Map<number, number>()
  let hasFailed = false
  const play = async (round: number): Promise<PlayedRound[]> => {
    if (hasFailed) return []
    const result = await playRound(optionsOf(options, round), count => {
      done.set(round, count)
      onProgress([...done.values()].reduce((sum, one) => sum + one, 0))
    })
    hasFailed ||= result.failure !== undefined
    return [{ round, result }]
  }
  const wanted = only === undefined ? all : all.filter(round => round === only)
  return (await pMap(wanted, play, { concurrency: workers })).flat()
}

const optionsOf = (
  { seed, operations, roundSize, crane, registry, from }: SoakOptions,
  round: number,
): RoundOptions => ({
  seed: `${seed}/${round}`,
  operations: Math.min(roundSize, operations - round * roundSize),
  ...(crane !== undefined && { crane }),
  registry,
  from,
})

/** Rejects when the process ends without a result. */
function playRound(options: RoundOptions, onOperations: (operations: number) => void): Promise<RoundResult> {
  const { promise, resolve, reject } = Promise.withResolvers<RoundResult>()
  const child = fork(program, [JSON.stringify(options)])
  child.on('message', (message: RoundMessage) => {
    if ('result' in message) resolve(message.result)
    else onOperations(message.operations)
  })
  child.once('error', reject)
  child.once('exit', code => reject(new Error(`the process of round ${options.seed} ended with ${code} and no result`)))
  return promise
}
