import { InvalidInputError, ShelflifeError } from '../shared/errors.ts'
import { createProgram } from './program.ts'

/** Does what the command line says. Exit codes: 0 done, 1 failed, 2 the input cannot be used. */
export function run(): void {
  createProgram()
    .parseAsync()
    .catch(error => {
      const foreseen = error instanceof ShelflifeError
      process.stderr.write(
        `shelflife: ${foreseen ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
      )
      process.exit(error instanceof InvalidInputError ? 2 : 1)
    })
}
