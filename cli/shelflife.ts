import { InvalidInputError, ShelflifeError } from '../shared/errors.ts'
import { leaveOutKubernetesCalls } from './without-kubernetes-calls.ts'

leaveOutKubernetesCalls()
// Imported after that, since what is imported statically is resolved before anything runs.
const { createProgram } = await import('./program.ts')

// Exit codes: 0 done, 1 failed, 2 the input cannot be used.
createProgram()
  .parseAsync()
  .catch(error => {
    const foreseen = error instanceof ShelflifeError
    process.stderr.write(
      `shelflife: ${foreseen ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
    )
    process.exit(error instanceof InvalidInputError ? 2 : 1)
  })
