import { Argument, Command } from 'commander'
import { InvalidInputError } from '../../shared/errors.ts'
import { type QueueName, queues } from '../../shared/wiring.ts'
import type { InstallationTarget } from '../connect/installation.ts'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { printable } from '../io/text.ts'
import { writeAll } from '../io/write-all.ts'

interface Flags extends InstallationTarget {
  readonly wait?: boolean
}

const notes = `
Without a queue: how many dead letters lie where, and what they are. Why each failed, the log of the function says under its
message_id. With one: gives them all back to it, to be tried again as if they were new. Everything is read and judged again,
also of a message that is a week old. --wait tells how many were handled and how many failed again, within 15 minutes.

Example:
  shelflife redrive sync --wait

Exit codes: 0 done, also where nothing lay there; 1 some failed again, or the installation does not answer; 2 bad input.`

/** `shelflife redrive`: what failed too often, and one more try. */
export const redriveCommand = (): Command =>
  withInstallationOptions(
    withExitCodes(new Command('redrive'))
      .description('the messages that failed too often: list them, or give those of a queue back to it')
      .addArgument(new Argument('[queue]', 'the queue that gets its dead letters back').choices(Object.keys(queues)))
      .option('--wait', 'with a queue: wait until it is empty, and tell what became of them'),
  )
    .addHelpText('after', notes)
    .action(async (queue: QueueName | undefined, { wait = false, ...target }: Flags) => {
      if (queue === undefined && wait) throw new InvalidInputError('expected --wait with a queue, got it without')
      const { listDead } = await import('./list-dead.ts')
      const { redrive } = await import('./redrive.ts')
      const { lines, isWell } = await withInstallation(target, async installation => {
        const letters = await installation.findDeadLetters()
        return queue === undefined ? listDead(letters) : redrive(queue, letters[queue], { waits: wait })
      })
      await writeAll(
        lines.map(line => `${printable(line)}\n`),
        process.stdout,
      )
      if (!isWell) process.exitCode = 1
    })
