import { Command } from 'commander'
import { secondsOf } from '../../shared/domain/instant.ts'
import type { Installation, InstallationTarget } from '../connect/installation.ts'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { type ListFlags, listStyle, withListOptions } from '../io/list-options.ts'
import { withProgress } from '../io/progress.ts'
import { writeAll } from '../io/write-all.ts'
import type { ShownImages } from './list-images.ts'

interface Flags extends ListFlags, InstallationTarget {
  readonly namespace?: string
}

const notes = `
Of a REPOSITORY its versions, newest first: tag, role, stage, age, size with all platforms, the workloads that refer to it, and
what keeps it or when it is deleted, by the same function as the sweep. REPOSITORY is host/path, or as much of its end as one alone
has; with -n NAMESPACE it is the name of a Repository object.
Without it one line for each repository that is tracked: its tags, how many of them workloads refer to, how many images are
marked, how large it is, and when it was synced. That reads no tag and no image.
The JSON output is described by cli/images/images.schema.json.

Example:
  shelflife images myapp/myapp

Exit codes: 0 listed; 1 the installation or a cluster does not answer; 2 bad input or an unknown repository.`

/** `shelflife images`: what there is, and what becomes of it. */
export const imagesCommand = (): Command =>
  withInstallationOptions(
    withListOptions(
      withExitCodes(new Command('images'))
        .description(
          'the repositories, or the images of one, newest first: what runs, what keeps each, when it is deleted',
        )
        .argument('[repository]', 'host/path, or as much of its end as one alone has')
        .option('-n, --namespace <name>', 'the repository is named by a Repository object of this namespace'),
    ),
  )
    .addHelpText('after', notes)
    .action(async (repository: string | undefined, flags: Flags) => {
      const now = new Date()
      const texts = await withProgress('reading', () =>
        withInstallation(flags, installation =>
          repository === undefined
            ? repositoryTexts(installation, flags, now)
            : imageTexts(repository, installation, flags, now),
        ),
      )
      await writeAll(texts, process.stdout)
    })

async function repositoryTexts(installation: Installation, flags: Flags, now: Date): Promise<Iterable<string>> {
  const { listRepositories } = await import('./list-repositories.ts')
  const { printRepositories } = await import('./print-images.ts')
  const shown = await listRepositories(installation)
  if (shown.unread.length > 0) process.exitCode = 1
  return flags.output === 'json' ? json({ ...shown }, now) : printRepositories(shown, now, listStyle(flags, process))
}

async function imageTexts(
  text: string,
  installation: Installation,
  flags: Flags,
  now: Date,
): Promise<Iterable<string>> {
  const { getNamedImage } = await import('../connect/find-repository.ts')
  const { objectImage } = await import('../connect/object-image.ts')
  const { listImages } = await import('./list-images.ts')
  const { printImages } = await import('./print-images.ts')
  const named = await objectImage(text, flags.namespace, installation)
  const { repository } = await getNamedImage(named, installation)
  const shown: ShownImages = await listImages(repository, installation, now)
  return flags.output === 'json' ? json({ ...shown }, now) : printImages(shown, now, listStyle(flags, process))
}

/** As images.schema.json describes it. */
const json = (shown: object, now: Date): string[] => [
  `${JSON.stringify({ version: 1, now: secondsOf(now), ...shown }, undefined, 2)}\n`,
]
