import { Command } from 'commander'
import { planCommand } from '../../../cli/plan/command.ts'
import { InvalidInputError } from '../../../shared/errors.ts'

// The command as its program runs it, without the commands that start services.
new Command('shelflife')
  .addCommand(planCommand())
  .parseAsync()
  .catch(error => {
    const usable = error instanceof InvalidInputError
    process.stderr.write(`shelflife: ${usable ? error.message : String(error.stack)}\n`)
    process.exit(usable ? 2 : 1)
  })
