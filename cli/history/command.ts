import { Command, Option } from 'commander'
import { secondsOf } from '../../shared/domain/instant.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { withProgress } from '../io/progress.ts'
import { parseSince } from '../io/since.ts'
import { styleOf } from '../io/text.ts'
import { writeAll } from '../io/write-all.ts'
import { type HistoryHead, printHistoryJson, printHistoryNdjson, printHistoryTable } from './print-history.ts'
import type { ShownChange } from './run-history.ts'

interface Flags {
  readonly policy?: string
  readonly since?: string
  readonly facts?: boolean
  readonly output: 'json' | 'ndjson' | 'table'
  readonly data: string
  readonly aws?: boolean
  readonly config: string
}

const notes = `
At least one of IMAGE, --policy and --since is given; together they narrow each other. What was marked, deleted,
restored or approved is kept for 400 days, what else happened for 90.
IMAGE is host/path:tag, host/path@sha256:..., or path:tag where one registry alone has that path. A tag shows all that
happened to the image it points at, or pointed at last. host/path alone, with --since or --policy, shows the whole
repository. The run of an entry can be given to restore --run.
The JSON output is described by cli/history/history.schema.json.

Exit codes: 0 listed, also where nothing happened; 1 the installation does not answer; 2 bad input or an unknown name.`

/** `shelflife history`: who changed what, when and why. */
export const historyCommand = (): Command =>
  withInstallationOptions(
    withExitCodes(new Command('history'))
      .description('the audit trail of an image, of a policy or of a time: who did what, when and why')
      .argument('[image]', 'host/path:tag, host/path@sha256:..., or path:tag')
      .option('--policy <name>', 'what this policy did: NAMESPACE/NAME, or CLUSTER/NAMESPACE/NAME')
      .option('--since <time>', 'not before: 90m, 12h, 7d, 2w, a day or a time')
      .option('--facts', 'show in the table what each decision rested on')
      .addOption(
        new Option('-o, --output <form>', 'how to print').choices(['json', 'ndjson', 'table']).default('table'),
      ),
  )
    .addHelpText('after', notes)
    .action(async (image: string | undefined, flags: Flags) => {
      const { policy, since } = flags
      if (image === undefined && policy === undefined && since === undefined)
        throw new InvalidInputError('expected an image, --policy or --since, got none of them')
      const now = new Date()
      const from = since === undefined ? undefined : parseSince(since, now)
      const { forgottenBefore, listShownChanges } = await import('./run-history.ts')
      const asked = {
        ...(image !== undefined && { image }),
        ...(policy !== undefined && { policy }),
      }
      const changes = await withProgress('reading the audit trail', () =>
        withInstallation(flags, installation =>
          listShownChanges({ ...asked, ...(from && { since: from }), now }, installation),
        ),
      )
      const head = { version: 1 as const, ...asked, ...(from && { since: secondsOf(from) }), until: secondsOf(now) }
      const forgotten = forgottenBefore({ ...asked, ...(from && { since: from }), now }, changes)
      await writeAll(printed(head, changes, flags, forgotten), process.stdout)
    })

const printed = (
  head: HistoryHead,
  changes: readonly ShownChange[],
  { output, facts }: Flags,
  forgotten: Date | undefined,
): Iterable<string> => {
  if (output === 'json') return printHistoryJson(head, changes)
  if (output === 'ndjson') return printHistoryNdjson(changes)
  return printHistoryTable(changes, facts === true, styleOf(process), forgotten)
}
