import { Command, Option } from 'commander'
import { InvalidInputError } from '../../shared/errors.ts'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { atPlace } from '../io/input-place.ts'
import { Progress, withProgress } from '../io/progress.ts'
import { readImagesFile, readPolicyFile, readUsageOption } from '../io/read-files.ts'
import { parseTime } from '../io/read-time.ts'
import { styleOf } from '../io/text.ts'
import { writeAll } from '../io/write-all.ts'
import { explainFiles } from './explain-files.ts'
import type { ImageExplanation } from './explanation.ts'
import { printExplanation } from './print-explanation.ts'

interface Flags {
  readonly namespace?: string
  readonly policy?: string
  readonly images?: string
  readonly usage?: string
  readonly now?: string
  readonly output: 'text' | 'json'
  readonly data: string
  readonly aws?: boolean
  readonly config?: string
  readonly installation?: string
}

const notes = `
IMAGE is host/path:tag or host/path@sha256:.... The host, and the beginning of the path, may be left out where one repository
alone ends so, and of the digest a beginning of four digits or more is enough where one image alone has it; with
-n NAMESPACE it is the name of a Repository object. An image that is gone is explained too: when it was deleted, by which run, why, and how it comes back.
With --policy, --images and --usage an image of files is explained, without any service; the files are those of plan.
The JSON output is described by cli/explain/explain.schema.json; the text is made of it.

Example:
  shelflife explain myapp/myapp:v1.0.0

Exit codes: 0 explained; 1 the installation or a cluster does not answer; 2 bad input or an unknown image.`

/** `shelflife explain`: why an image is kept or would be deleted, when, and what would save it. */
export const explainCommand = (): Command =>
  withInstallationOptions(
    withExitCodes(new Command('explain'))
      .description('why an image is kept or would be deleted, when, and what would save it')
      .argument('<image>', 'host/path:tag, host/path@sha256:..., or path:tag')
      .option('-n, --namespace <name>', 'the image is named by a Repository object of this namespace')
      .option('--policy <file>', 'of files: an ImageCleanupPolicy object, YAML or JSON')
      .option('--images <file>', 'of files: the images; - for standard input')
      .option('--usage <file>', 'of files: what runs; the word none judges as if nothing ran')
      .option('--now <time>', 'of files: the moment to judge at (default: now)')
      .addOption(new Option('-o, --output <form>', 'how to print').choices(['text', 'json']).default('text')),
  )
    .addHelpText('after', notes)
    .action(async (image: string, flags: Flags) => {
      const explanation = await explain(image, flags)
      const texts =
        flags.output === 'json'
          ? [`${JSON.stringify(explanation, undefined, 2)}\n`]
          : printExplanation(explanation, styleOf(process))
      await writeAll(texts, process.stdout)
    })

async function explain(image: string, flags: Flags): Promise<ImageExplanation> {
  const { namespace, policy, images, usage, now } = flags
  if (namespace !== undefined && images !== undefined)
    throw new InvalidInputError(
      'expected --namespace without --images, since files hold no Repository objects, got both',
    )
  if (policy !== undefined && images !== undefined && usage !== undefined)
    return explainListed(image, { policy, images, usage, ...(now !== undefined && { now }) })
  if (policy !== undefined || images !== undefined || usage !== undefined || now !== undefined)
    throw new InvalidInputError('expected --policy, --images and --usage together, or none of them for the live state')
  // Files are explained without the clients of clusters and clouds.
  const { explainLive } = await import('./run-explain.ts')
  const { objectTag } = await import('../connect/object-image.ts')
  return withProgress('asking every policy', () =>
    withInstallation(flags, async installation =>
      explainLive(await objectTag(image, namespace, installation), installation, new Date()),
    ),
  )
}

async function explainListed(
  image: string,
  files: { policy: string; images: string; usage: string; now?: string },
): Promise<ImageExplanation> {
  const { now } = files
  const progress = new Progress(process.stderr)
  try {
    const policy = await readPolicyFile(files.policy)
    const usage = await readUsageOption(files.usage)
    const table = await readImagesFile(files.images, process.stdin, read => progress.report('reading', read))
    return explainFiles({
      image,
      policyFile: files.policy,
      policy,
      table,
      usage,
      usageGiven: files.usage !== 'none',
      now: now === undefined ? new Date() : atPlace('--now', () => parseTime(now)),
    })
  } finally {
    progress.end()
  }
}
