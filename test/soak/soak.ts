import { InvalidInputError } from '../../shared/errors.ts'
import { noFigures } from './figures.ts'
import { parseOptions } from './options.ts'
import { runRound } from './round.ts'

const options = parseOptions(process.argv.slice(2))
const startedAt = performance.now()
const rounds = Math.ceil(options.operations / options.roundSize)
for (let round = options.only ?? 0; round < (options.only === undefined ? rounds : options.only + 1); round++) {
  const operations = Math.min(options.roundSize, options.operations - round * options.roundSize)
  const result = await runRound({ seed: `${options.seed}/${round}`, operations, crane: options.crane })
  console.log(round, result.figures, (performance.now() - startedAt) / 1000)
  if (result.failure) {
    console.log(result.failure.operation)
    console.log(result.failure.report)
    process.exit(1)
  }
}
void InvalidInputError, noFigures
