import { Command, Option } from 'commander'
import { InvalidInputError } from '../../shared/errors.ts'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { atPlace } from '../io/input-place.ts'
import { parseTime } from '../io/read-time.ts'
import { type Output, outputs } from './print-plan.ts'
import { runPlan } from './run-plan.ts'

interface Flags {
  readonly policyName?: string
  readonly policy?: string
  readonly images?: string
  readonly usage?: string
  readonly against?: string
  readonly now?: string
  readonly output: Output
  readonly data: string
  readonly aws?: boolean
  readonly config: string
}

const notes = `
With --policy-name the live state of an installation is judged, by the same function as the sweep; nothing is written.
With --policy, --images and --usage files are judged, without any service.

The images file is {"images": [...]} or one image a line; a field that is not known is left out:
  {repository, digest, tags, mediaType, sizeBytes, pushedAt, pulledAt, createdAt, children, subject, blobs}
The usage file is {complete, workloads: [{cluster, kind, namespace, name, image, lastSeenAt, rollback}]}.
The JSON output is described by cli/plan/plan.schema.json, and with --against by cli/plan/compare.schema.json.

Exit codes: 0 judged, also where something waits for its turn or for approval; 1 the installation does not answer;
2 bad input, with nothing on standard output.`

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
      .addOption(new Option('-o, --output <form>', 'how to print').choices([...outputs]).default('table')),
  )
    .addHelpText('after', notes)
    .action(async (flags: Flags) => {
      if (flags.policyName === undefined) await planFiles(flags)
      else await planLiveState(flags.policyName, flags)
    })

async function planFiles({ policy, images, usage, against, now, output }: Flags): Promise<void> {
  if (policy === undefined || images === undefined || usage === undefined)
    throw new InvalidInputError(
      `expected --policy-name for the live state, or --policy, --images and --usage for files, got ${cameText({ policy, images, usage })}`,
    )
  const time = now === undefined ? new Date() : atPlace('--now', () => parseTime(now))
  await runPlan({ policy, images, usage, ...(against !== undefined && { against }), now: time, output }, process)
}

async function planLiveState(policyName: string, flags: Flags): Promise<void> {
  const { policy, images, usage, against, now, output } = flags
  if (policy !== undefined || images !== undefined || usage !== undefined || now !== undefined)
    throw new InvalidInputError(
      `expected --policy-name alone or with --against, since the live state is judged as it is now, got ${cameText({ policy, images, usage, now })} too`,
    )
  // Files are judged without the clients of clusters and clouds, which take longer to load than a small plan takes.
  const { runLivePlan } = await import('./run-live-plan.ts')
  await withInstallation(flags, installation =>
    runLivePlan(
      { policyName, ...(against !== undefined && { against }), now: new Date(), output },
      installation,
      process,
    ),
  )
}

const cameText = (flags: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`]))
  return given.length === 0 ? 'none of them' : given.join(', ')
}
