import { Command, Option } from 'commander'
import { InvalidInputError } from '../../shared/errors.ts'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { printable } from '../io/text.ts'
import { writeAll } from '../io/write-all.ts'

interface Flags {
  readonly policy?: string
  readonly status?: boolean
  readonly output?: 'text' | 'json'
  readonly data: string
  readonly aws?: boolean
  readonly config?: string
  readonly installation?: string
}

const exitCodes = `
Exit codes: 0 done, also where nothing was left to do; 1 the installation does not answer or refuses; 2 bad input.`

const pauseNotes = `
Without --policy every sweep of the installation stops within one batch; marks stay, and so do their dates. With --policy
one policy stops, by the annotation theriseunion.io/pause on its object. Both can be repeated.

Example:
  shelflife pause --policy production/auto-cleanup
${exitCodes}`

const policyFlag = ['--policy <name>', 'this policy alone: NAMESPACE/NAME, or CLUSTER/NAMESPACE/NAME'] as const

/** `shelflife pause`: stops all sweeps, or those of one policy, or tells what is stopped. */
export const pauseCommand = (): Command =>
  withInstallationOptions(
    withExitCodes(new Command('pause'))
      .description('stop all sweeps, or those of one policy')
      .option(...policyFlag)
      .option('--status', 'change nothing: tell what is stopped, and by what')
      .addOption(new Option('-o, --output <form>', 'how to print the status').choices(['text', 'json'])),
  )
    .addHelpText('after', pauseNotes)
    .action(async (flags: Flags) => {
      if (flags.status === true) await printStatus(flags)
      else await pause(flags)
    })

/** `shelflife resume`: lets sweeps go on. */
export const resumeCommand = (): Command =>
  withInstallationOptions(
    withExitCodes(new Command('resume'))
      .description('let sweeps continue that pause has stopped')
      .option(...policyFlag),
  )
    .addHelpText('after', `\nExample:\n  shelflife resume --policy production/auto-cleanup\n${exitCodes}`)
    .action(async (flags: Flags) => {
      const { resumeAll, resumePolicy } = await import('./pause-sweeps.ts')
      const { policy } = flags
      await printLines(
        await withInstallation(flags, installation =>
          policy === undefined ? resumeAll(installation) : resumePolicy(policy, installation),
        ),
      )
    })

async function pause(flags: Flags): Promise<void> {
  if (flags.output !== undefined) throw new InvalidInputError('expected --output with --status, got it without')
  const { pauseAll, pausePolicy } = await import('./pause-sweeps.ts')
  const { policy } = flags
  await printLines(
    await withInstallation(flags, installation =>
      policy === undefined ? pauseAll(installation) : pausePolicy(policy, installation, new Date()),
    ),
  )
}

async function printStatus(flags: Flags): Promise<void> {
  if (flags.policy !== undefined) throw new InvalidInputError('expected --status alone, got --policy too')
  const { pauseStatusLines, readPauseStatus } = await import('./pause-status.ts')
  const status = await withInstallation(flags, readPauseStatus)
  if (flags.output === 'json') await writeAll([`${JSON.stringify(status, undefined, 2)}\n`], process.stdout)
  else await printLines(pauseStatusLines(status))
}

const printLines = (lines: readonly string[]): Promise<void> =>
  writeAll(
    lines.map(line => `${printable(line)}\n`),
    process.stdout,
  )
