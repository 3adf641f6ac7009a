import { Command } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { approveCommand } from './approve/command.ts'
import { completeCommand, completionCommand } from './completion/command.ts'
import { explainCommand } from './explain/command.ts'
import { grantsCommand } from './grants/command.ts'
import { historyCommand } from './history/command.ts'
import { withExitCodes } from './io/exit-codes.ts'
import { mayCommand } from './may/command.ts'
import { pauseCommand, resumeCommand } from './pause/command.ts'
import { planCommand } from './plan/command.ts'
import { restoreCommand } from './restore/command.ts'
import { startCommand } from './start/command.ts'

/** The command with all that it can do. A mistake in its words and flags is thrown as InvalidInputError. */
export const createProgram = (): Command =>
  withExitCodes(new Command('shelflife'))
    .version(packageJson.version, '--version', 'print the version')
    .description('Lifecycle of container images: what is there, what runs, what may be deleted')
    .enablePositionalOptions()
    .addCommand(startCommand())
    .addCommand(planCommand())
    .addCommand(explainCommand())
    .addCommand(historyCommand())
    .addCommand(approveCommand())
    .addCommand(mayCommand())
    .addCommand(grantsCommand())
    .addCommand(pauseCommand())
    .addCommand(resumeCommand())
    .addCommand(restoreCommand())
    .addCommand(completionCommand())
    .addCommand(completeCommand(), { hidden: true })
