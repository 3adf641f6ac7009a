import { Command } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { InvalidInputError, ShelflifeError } from '../shared/errors.ts'
import { completeCommand, completionCommand } from './completion/command.ts'
import { explainCommand } from './explain/command.ts'
import { historyCommand } from './history/command.ts'
import { withExitCodes } from './io/exit-codes.ts'
import { pauseCommand, resumeCommand } from './pause/command.ts'
import { planCommand } from './plan/command.ts'
import { restoreCommand } from './restore/command.ts'
import { startCommand } from './start/command.ts'

/** Exit codes: 0 done, 1 failed, 2 the input cannot be used. */
const program = withExitCodes(new Command('shelflife'))
  .version(packageJson.version, '--version', 'print the version')
  .description('Lifecycle of container images: what is there, what runs, what may go')
  .enablePositionalOptions()
  .addCommand(startCommand())
  .addCommand(planCommand())
  .addCommand(explainCommand())
  .addCommand(historyCommand())
  .addCommand(pauseCommand())
  .addCommand(resumeCommand())
  .addCommand(restoreCommand())
  .addCommand(completionCommand())
  .addCommand(completeCommand(), { hidden: true })

program.parseAsync().catch(error => {
  const foreseen = error instanceof ShelflifeError
  process.stderr.write(
    `shelflife: ${foreseen ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  )
  process.exit(error instanceof InvalidInputError ? 2 : 1)
})
