import { Command, Option } from 'commander'
import { InvalidInputError } from '../../shared/errors.ts'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { atPlace } from '../io/input-place.ts'
import { parseTime } from '../io/read-time.ts'
import { outcomeExitCodes, type PlanOutcome } from './plan-outcome.ts'
import { type Output, outputs } from './print-plan.ts'
import type { PlanView } from './print-repository.ts'
import { runPlan } from './run-plan.ts'

interface Flags {
  readonly policyName?: string
  readonly policy?: string
  readonly images?: string
  readonly usage?: string
  readonly against?: string
  readonly now?: string
  readonly only?: 'keep' | 'delete'
  readonly summary?: boolean
  readonly wide?: boolean
  readonly trunc: boolean
  readonly exitCode?: boolean
  readonly report?: string
  readonly output: Output
  readonly data: string
  readonly aws?: boolean
  readonly config?: string
  readonly installation?: string
}

const notes = `
With --policy-name the live state of an installation is judged, by the same function as the sweep; nothing is written.
With --policy, --images and --usage files are judged, without any service.

The images file is {"images": [...]} or one image a line; a field that is not known is left out:
  {repository, digest, tags, mediaType, sizeBytes, pushedAt, pulledAt, createdAt, children, subject,
   platform, artifactType, blobs}
The usage file is {complete, workloads: [{cluster, kind, namespace, name, image, lastSeenAt, rollback}]}.
The JSON output is described by cli/plan/plan.schema.json, and with --against by cli/plan/compare.schema.json.

Example:
  shelflife plan --policy-name production/auto-cleanup
  shelflife plan --policy policy.yaml --images images.json --usage none --only delete

Exit codes: 0 judged, also where something waits for its turn or for approval; 1 the installation does not answer;
2 bad input, with nothing on standard output. With --exit-code 10 where something would be deleted, and 11 where some of that waits for
approval; with --against of the changed policy.`

/** `shelflife plan`: judges files or the live state. Bad input is thrown as InvalidInputError, for exit code 2. */
export const planCommand = (): Command =>
  withInstallationOptions(
    withExitCodes(new Command('plan'))
      .description('what a policy keeps, what it would delete, and why: of the live state, or of files')
      .option('--policy-name <name>', 'a policy of the live state: NAMESPACE/NAME, or CLUSTER/NAMESPACE/NAME')
      .option('--policy <file>', 'an ImageCleanupPolicy object, YAML or JSON')
      .option('--images <file>', 'the images to judge; - for standard input')
      .option('--usage <file>', 'what runs; the word none judges as if nothing ran')
      .option('--against <file>', 'a changed policy: show what it would change')
      .option('--now <time>', 'the moment to judge files at, such as 2026-11-23T00:00:00Z (default: now)')
      .addOption(new Option('--only <verdict>', 'in the table: only the images that').choices(['delete', 'keep']))
      .option('--summary', 'in the table: one row a repository and none of its images')
      .option('--wide', 'in the table: digests, sizes and times of push too, as a pipe always gets them')
      .option('--no-trunc', 'nothing cut, however wide the terminal is')
      .option(
        '--exit-code',
        'exit with 10 where something would be deleted, and with 11 where something waits for approval',
      )
      .option('--report <file>', 'write the plan as JSON there too, and its sha256 to standard error')
      .addOption(new Option('-o, --output <form>', 'how to print').choices([...outputs]).default('table')),
  )
    .addHelpText('after', notes)
    .action(async (flags: Flags) => {
      const outcome =
        flags.policyName === undefined ? await planFiles(flags) : await planLiveState(flags.policyName, flags)
      if (flags.exitCode === true) process.exitCode = outcomeExitCodes[outcome]
    })

async function planFiles(flags: Flags): Promise<PlanOutcome> {
  const { policy, images, usage, against, now, output } = flags
  if (policy === undefined || images === undefined || usage === undefined)
    throw new InvalidInputError(
      `expected --policy-name for the live state, or --policy, --images and --usage for files, got ${cameText({ policy, images, usage })}`,
    )
  const time = now === undefined ? new Date() : atPlace('--now', () => parseTime(now))
  const asked = { policy, images, usage, ...(against !== undefined && { against }), now: time, output }
  return runPlan({ ...asked, ...viewOf(flags) }, process)
}

async function planLiveState(policyName: string, flags: Flags): Promise<PlanOutcome> {
  const { policy, images, usage, against, now, output } = flags
  if (policy !== undefined || images !== undefined || usage !== undefined || now !== undefined)
    throw new InvalidInputError(
      `expected --policy-name alone or with --against, since the live state is judged as it is now, got ${cameText({ policy, images, usage, now })} too`,
    )
  // Files are judged without the clients of clusters and clouds, which take longer to load than a small plan takes.
  const { runLivePlan } = await import('./run-live-plan.ts')
  return withInstallation(flags, installation =>
    runLivePlan(
      { policyName, ...(against !== undefined && { against }), now: new Date(), output, ...viewOf(flags) },
      installation,
      process,
    ),
  )
}

/** Throws InvalidInputError where there is no table that the flags could be about. */
function viewOf({
  only,
  summary,
  wide,
  trunc,
  report,
  output,
  against,
}: Flags): PlanView & { readonly report?: string } {
  if ((only !== undefined || summary === true || wide === true) && (output !== 'table' || against !== undefined))
    throw new InvalidInputError(
      'expected --only, --summary and --wide for the table of one policy, got them with another --output or --against',
    )
  return {
    ...(only !== undefined && { only }),
    ...(summary !== undefined && { summary }),
    ...(wide !== undefined && { wide }),
    trunc,
    ...(report !== undefined && { report }),
  }
}

const cameText = (flags: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`]))
  return given.length === 0 ? 'none of them' : given.join(', ')
}
