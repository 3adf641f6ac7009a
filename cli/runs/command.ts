import { Command } from 'commander'
import { secondsOf } from '../../shared/domain/instant.ts'
import type { InstallationTarget } from '../connect/installation.ts'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { type ListFlags, listStyle, withListOptions } from '../io/list-options.ts'
import { parseSince } from '../io/since.ts'
import { writeAll } from '../io/write-all.ts'

interface Flags extends ListFlags, InstallationTarget {
  readonly policy?: string
  readonly namespace?: string
  readonly since?: string
}

const notes = `
Newest first: when it began, how many tags it found to delete (MARKED), how many images and tags it deleted, how many it
could not, what that freed, how it ended, and the command that puts back what it deleted. A policy remembers as many runs
as its spec.historyLimit says; what earlier ones did is told by shelflife history --action deleted.
The JSON output is described by cli/runs/runs.schema.json.

Example:
  shelflife runs --since 7d

Exit codes: 0 listed, also where nothing ran; 1 the installation does not answer; 2 bad input or an unknown policy.`

/** `shelflife runs`: what policies did, one line a run. */
export const runsCommand = (): Command =>
  withInstallationOptions(
    withListOptions(
      withExitCodes(new Command('runs'))
        .description('the runs of policies, newest first: what each deleted, and the command that undoes it')
        .option('--policy <name>', 'of this policy: NAMESPACE/NAME, or CLUSTER/NAMESPACE/NAME')
        .option('--namespace <name>', 'of the policies of this namespace')
        .option('--since <time>', 'begun not before: 90m, 12h, 7d, 2w, a day or a time'),
    ),
  )
    .addHelpText('after', notes)
    .action(async (flags: Flags) => {
      const { policy, namespace, since } = flags
      const now = new Date()
      const from = since === undefined ? undefined : parseSince(since, now)
      const { listRuns } = await import('./list-runs.ts')
      const { printRuns, runsJson } = await import('./print-runs.ts')
      const asked = { ...(policy !== undefined && { policy }), ...(namespace !== undefined && { namespace }) }
      const shown = await withInstallation(flags, installation =>
        listRuns({ ...asked, ...(from && { since: from }) }, installation),
      )
      const head = { version: 1 as const, now: secondsOf(now), ...asked, ...(from && { since: secondsOf(from) }) }
      const texts = flags.output === 'json' ? [runsJson(head, shown)] : printRuns(shown, listStyle(flags, process))
      await writeAll(texts, process.stdout)
    })
