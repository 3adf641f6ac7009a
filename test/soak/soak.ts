import { InvalidInputError } from '../../shared/errors.ts'
import { type Figures, figureNames, sumOf } from './figures.ts'
import { parseOptions, type SoakOptions } from './options.ts'
import { type PlayedRound, playRounds } from './play-rounds.ts'
import { Progress } from './progress.ts'

/** `npm run soak`: exit code 0 when nothing needed was lost and everything to be deleted went, 1 when not, 2 for bad options. */
async function main(): Promise<number> {
  const options = readOptions()
  if (!options) return 2
  const startedAt = performance.now()
  const progress = new Progress(process.stderr, options.operations)
  const played = await playRounds(options, operations => progress.report(operations))
  progress.end()
  const seconds = (performance.now() - startedAt) / 1000
  print(sumOf(played.map(one => one.result.figures)), played.length, seconds)
  const failed = played.find(one => one.result.failure)
  if (failed) printFailure(options, failed)
  return failed ? 1 : 0
}

function readOptions(): SoakOptions | undefined {
  try {
    return parseOptions(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    console.error(error.message)
    return undefined
  }
}

function print(figures: Figures, rounds: number, seconds: number): void {
  console.log(
    `${rounds} rounds in ${seconds.toFixed(0)} s: ${(figures.operations / seconds).toFixed(1)} operations a second`,
  )
  for (const name of figureNames) console.log(`${String(figures[name]).padStart(9)} ${name}`)
}

function printFailure(options: SoakOptions, { round, result }: PlayedRound): void {
  const { seed, operations, roundSize, registry, from } = options
  console.log(`\nfailed in operation ${result.failure?.operation} of round ${round}\n\n${result.failure?.report}\n`)
  console.log(
    `to play it again: npm run soak -- --seed ${seed} --operations ${operations} --round-size ${roundSize} --only ${round}${registry === undefined ? '' : ` --registry ${registry}`}${from === undefined ? '' : ` --from ${from}`}`,
  )
}

process.exit(await main())
