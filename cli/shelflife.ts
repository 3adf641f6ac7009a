import { Command } from 'commander'
import { InvalidInputError, ShelflifeError } from '../shared/errors.ts'
import { approveCommand } from './approve/command.ts'
import { explainCommand } from './explain/command.ts'
import { historyCommand } from './history/command.ts'
import { pauseCommand, resumeCommand } from './pause/command.ts'
import { planCommand } from './plan/command.ts'
import { restoreCommand } from './restore/command.ts'
import { startCommand } from './start/command.ts'

/** Exit codes: 0 done, 1 failed, 2 the input cannot be used. */
const program = new Command('shelflife')
  .description('Lifecycle of container images: what is there, what runs, what may go')
  .addCommand(startCommand())
  .addCommand(planCommand())
  .addCommand(explainCommand())
  .addCommand(historyCommand())
  .addCommand(approveCommand())
  .addCommand(pauseCommand())
  .addCommand(resumeCommand())
  .addCommand(restoreCommand())

program.parseAsync().catch(error => {
  const foreseen = error instanceof ShelflifeError
  process.stderr.write(
    `shelflife: ${foreseen ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  )
  process.exit(error instanceof InvalidInputError ? 2 : 1)
})
