import { Command, InvalidArgumentError } from 'commander'
import { InvalidInputError } from '../../shared/errors.ts'
import type { InstallationTarget } from '../connect/installation.ts'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { type ListFlags, listStyle, withListOptions } from '../io/list-options.ts'
import { writeAll } from '../io/write-all.ts'

interface Flags extends ListFlags, InstallationTarget {
  readonly watch?: number | true
}

const defaultSeconds = 10
const clearScreen = '\u001b[H\u001b[2J'

const notes = `
What runs: the switch of all sweeps, policies that are paused, suspended or on dry run, runs under way. What waits: plans that a
person has to approve, marked images. What is red: clusters that cannot be read or listed, registries that do not answer or
refuse a credential, failed syncs, policies that are not in force, runs that did not do all, and what is in use and cannot be
pulled. What comes next: the scheduled runs.
The JSON output is described by cli/status/status.schema.json.

Example:
  shelflife status --watch

Exit codes: 0 nothing is red; 1 something is, or the installation does not answer; 2 bad input. What is paused or waits is not red.`

/** `shelflife status`: how the installation is, on one screen. */
export const statusCommand = (): Command =>
  withInstallationOptions(
    withListOptions(
      withExitCodes(new Command('status'))
        .description('how the installation is, on one screen: what runs, what waits, what is red, what comes next')
        .option('-w, --watch [seconds]', `look again every so many seconds (default ${defaultSeconds})`, parseSeconds),
    ),
  )
    .addHelpText('after', notes)
    .action(async (flags: Flags) => {
      if (flags.watch !== undefined && flags.output === 'json')
        throw new InvalidInputError(
          'expected --watch without -o json, got both; ask for JSON once, and again when you like',
        )
      const { readStatus } = await import('./read-status.ts')
      const { printStatus } = await import('./print-status.ts')
      await withInstallation(flags, async installation => {
        const read = async () => {
          const status = await readStatus(installation, new Date())
          process.exitCode = status.red.length > 0 ? 1 : 0
          if (flags.output === 'json') return `${JSON.stringify(status, undefined, 2)}\n`
          return [...printStatus(status, listStyle(flags, process))].join('')
        }
        if (flags.watch === undefined) await writeAll([await read()], process.stdout)
        else await watchUntilEnded(read, (flags.watch === true ? defaultSeconds : flags.watch) * 1000)
      })
    })

async function watchUntilEnded(read: () => Promise<string>, everyMs: number): Promise<void> {
  const { watch } = await import('./watch.ts')
  const ended = new AbortController()
  process.once('SIGINT', () => ended.abort())
  process.stdout.once('error', () => ended.abort())
  const begin = () => (process.stdout.isTTY ? clearScreen : `${new Date().toISOString()}\n`)
  const show = (text: string) => writeAll([begin(), text], process.stdout)
  await watch({ read, show, everyMs, signal: ended.signal })
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (/^\d+$/.test(text) && seconds >= 1 && seconds <= 3600) return seconds
  throw new InvalidArgumentError('a number of seconds from 1 to 3600')
}
