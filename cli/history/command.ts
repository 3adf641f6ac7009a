import { Command, InvalidArgumentError, Option } from 'commander'
import { type AuditAction, auditActions } from '../../shared/domain/audit.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { type ListFlags, listStyle, withNoTrunc } from '../io/list-options.ts'
import { withProgress } from '../io/progress.ts'
import { parseSince } from '../io/since.ts'
import { writeAll } from '../io/write-all.ts'
import { type HistoryHead, printHistoryJson, printHistoryNdjson, printHistoryTable } from './print-history.ts'
import type { ShownChange } from './run-history.ts'

interface Flags {
  readonly policy?: string
  readonly since?: string
  readonly action?: readonly AuditAction[]
  readonly repository?: string
  readonly namespace?: string
  readonly trunc: ListFlags['trunc']
  readonly facts?: boolean
  readonly output: 'json' | 'ndjson' | 'table'
  readonly data: string
  readonly aws?: boolean
  readonly config?: string
  readonly installation?: string
}

const notes = `
At least one of IMAGE, --policy and --since is given; together they narrow each other, and so do --action, --repository and
--namespace. What was marked, deleted,
restored or approved is kept for 400 days, what else happened for 90.
IMAGE is host/path:tag or host/path@sha256:.... The host, and the beginning of the path, may be left out where one repository
alone ends so, and of the digest a beginning of four digits or more is enough where one image alone has it; with
-n NAMESPACE it is the name of a Repository object. A tag shows all that
happened to the image it points at, or pointed at last. host/path alone, with --since or --policy, shows the whole
repository. The run of an entry can be given to restore --run.
The JSON output is described by cli/history/history.schema.json.

Example:
  shelflife history --since 1d --action deleted

Exit codes: 0 listed, also where nothing happened; 1 the installation does not answer; 2 bad input or an unknown name.`

/** `shelflife history`: who changed what, when and why. */
export const historyCommand = (): Command =>
  withInstallationOptions(
    withNoTrunc(withExitCodes(new Command('history')))
      .description('the audit trail of an image, of a policy or of a time: who did what, when and why')
      .argument('[image]', 'host/path:tag, host/path@sha256:..., or path:tag')
      .option('--policy <name>', 'what this policy did: NAMESPACE/NAME, or CLUSTER/NAMESPACE/NAME')
      .option('--since <time>', 'not before: 90m, 12h, 7d, 2w, a day or a time')
      .addOption(actionOption())
      .option('--repository <name>', 'what happened in this repository: host/path, or less where one alone ends so')
      .option(
        '-n, --namespace <name>',
        'what policies of this namespace did, or happened to what its objects track; with IMAGE, whose object it names',
      )
      .option('--facts', 'show in the table what each decision rested on')
      .addOption(
        new Option('-o, --output <form>', 'how to print').choices(['json', 'ndjson', 'table']).default('table'),
      ),
  )
    .addHelpText('after', notes)
    .action(async (image: string | undefined, flags: Flags) => {
      const { policy, since, action: actions, repository, namespace } = flags
      if (image === undefined && policy === undefined && since === undefined)
        throw new InvalidInputError(
          'expected an image, --policy or --since, got none of them; --since 1d tells of the last day',
        )
      const now = new Date()
      const from = since === undefined ? undefined : parseSince(since, now)
      const { forgottenBefore, listShownChanges } = await import('./run-history.ts')
      const asked = {
        ...(image !== undefined && { image }),
        ...(policy !== undefined && { policy }),
        ...(actions !== undefined && { actions }),
        ...(repository !== undefined && { repository }),
        ...(namespace !== undefined && { namespace }),
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
  flags: Flags,
  forgotten: Date | undefined,
): Iterable<string> => {
  const { output, facts } = flags
  if (output === 'json') return printHistoryJson(head, changes)
  if (output === 'ndjson') return printHistoryNdjson(changes)
  return printHistoryTable(changes, facts === true, listStyle(flags, process), forgotten)
}

/** Each time it is given one more; the words are those of the column WHAT. */
const actionOption = (): Option =>
  new Option('--action <action>', 'only what is called so under WHAT; may be given several times')
    .choices(auditActions)
    .argParser((word: string, before: readonly AuditAction[] | undefined): readonly AuditAction[] => {
      const action = auditActions.find(one => one === word)
      if (action === undefined) throw new InvalidArgumentError(`Allowed choices are ${auditActions.join(', ')}.`)
      return [...(before ?? []), action]
    })
