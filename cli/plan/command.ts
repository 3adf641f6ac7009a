import { Command, Option } from 'commander'
import { atPlace } from './input-place.ts'
import { parseTime } from './read-time.ts'
import { type PlanRequest, runPlan } from './run-plan.ts'

interface Flags {
  readonly policy: string
  readonly images: string
  readonly usage: string
  readonly now?: string
  readonly output: PlanRequest['output']
}

const notes = `
The images file is {"images": [...]} or one image a line; a field that is not known is left out:
  {repository, digest, tags, mediaType, sizeBytes, pushedAt, pulledAt, createdAt, children, subject, blobs}
The usage file is {complete, workloads: [{cluster, kind, namespace, name, image, lastSeenAt, rollback}]}.
The JSON output is described by cli/plan/plan.schema.json.

Exit codes: 0 judged, also where a sweep would stop at its limits; 2 bad input, with nothing on standard output.`

/** `shelflife plan`: judges files without any service. Bad input is thrown as InvalidInputError, for exit code 2. */
export const planCommand = (): Command =>
  new Command('plan')
    .description('judge images in files: what a policy keeps, what it would delete, and why')
    .requiredOption('--policy <file>', 'an ImageCleanupPolicy object, YAML or JSON')
    .requiredOption('--images <file>', 'the images to judge; - for standard input')
    .requiredOption('--usage <file>', 'what runs; the word none judges as if nothing ran')
    .option('--now <time>', 'the moment to judge at, such as 2026-11-23T00:00:00Z (default: now)')
    .addOption(new Option('-o, --output <form>', 'how to print').choices(['json', 'ndjson', 'table']).default('table'))
    .addHelpText('after', notes)
    .exitOverride(error => process.exit(error.exitCode === 0 ? 0 : badInput))
    .action(async ({ now, ...flags }: Flags) => {
      const time = now === undefined ? new Date() : atPlace('--now', () => parseTime(now))
      await runPlan({ ...flags, now: time }, process)
    })

const badInput = 2
