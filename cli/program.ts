import { Command } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { approveCommand } from './approve/command.ts'
import { clustersCommand } from './clusters/command.ts'
import { completeCommand, completionCommand } from './completion/command.ts'
import { consoleCommand } from './console/command.ts'
import { explainCommand } from './explain/command.ts'
import { grantsCommand } from './grants/command.ts'
import { historyCommand } from './history/command.ts'
import { imagesCommand } from './images/command.ts'
import { withExitCodes } from './io/exit-codes.ts'
import { mayCommand } from './may/command.ts'
import { pauseCommand, resumeCommand } from './pause/command.ts'
import { planCommand } from './plan/command.ts'
import { redriveCommand } from './redrive/command.ts'
import { restoreCommand } from './restore/command.ts'
import { runsCommand } from './runs/command.ts'
import { startCommand } from './start/command.ts'
import { statusCommand } from './status/command.ts'
import { trackCommand } from './track/command.ts'
import { uninstallCommand } from './uninstall/command.ts'
import { webhookCommand } from './webhook/command.ts'

/** The command with all that it can do. A mistake in its words and flags is thrown as InvalidInputError. */
export const createProgram = (): Command =>
  withExitCodes(new Command('shelflife'))
    .version(packageJson.version, '--version', 'print the version')
    .description('Lifecycle of container images: what is there, what runs, what may be deleted')
    .enablePositionalOptions()
    .addCommand(startCommand())
    .addCommand(consoleCommand())
    .addCommand(planCommand())
    .addCommand(statusCommand())
    .addCommand(imagesCommand())
    .addCommand(explainCommand())
    .addCommand(historyCommand())
    .addCommand(runsCommand())
    .addCommand(approveCommand())
    .addCommand(trackCommand())
    .addCommand(mayCommand())
    .addCommand(grantsCommand())
    .addCommand(clustersCommand())
    .addCommand(webhookCommand())
    .addCommand(pauseCommand())
    .addCommand(resumeCommand())
    .addCommand(restoreCommand())
    .addCommand(uninstallCommand())
    .addCommand(redriveCommand())
    .addCommand(completionCommand())
    .addCommand(helpCommand())
    .addCommand(completeCommand(), { hidden: true })

/** That of the library prints all help for a command that there is none of, in place of the line that says so. */
const helpCommand = (): Command =>
  withExitCodes(new Command('help'))
    .description('display help for command')
    .argument('[command]')
    .action((name: string | undefined, _flags: unknown, { parent: program }: Command) => {
      const about = name === undefined ? program : program?.commands.find(one => one.name() === name)
      if (about) return about.help()
      return program?.error(`error: unknown command '${name}'`, { code: 'commander.unknownCommand' })
    })
