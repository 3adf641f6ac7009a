import { Command, Option } from 'commander'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { writeAll } from '../io/write-all.ts'

interface Flags {
  readonly cluster?: string
  readonly output: 'text' | 'json'
  readonly data: string
  readonly aws?: boolean
  readonly config?: string
  readonly installation?: string
}

const notes = `
Says for a namespace which line of which registry's grants is its own, and for a PATH (team/app, or host/team/app) what it
reads with, what it may delete with, and whose objects count there (have standing): what those track, no policy of another
namespace deletes. Where something is missing, the line to add to the settings is printed.

Example:
  shelflife may production harbor.example.com/myapp/myapp

Exit codes: 0 answered, also where it may do nothing; 1 the installation does not answer; 2 bad input.`

/** `shelflife may`: what a namespace may do, by which line and with which credential. */
export const mayCommand = (): Command =>
  withInstallationOptions(
    withExitCodes(new Command('may'))
      .description('what a namespace may read and delete, by which grant and with which credential')
      .argument('<namespace>', 'the namespace')
      .argument('[path]', 'a repository, with or without its host')
      .option('--cluster <name>', 'in this cluster alone')
      .addOption(new Option('-o, --output <form>', 'how to print').choices(['text', 'json']).default('text')),
  )
    .addHelpText('after', notes)
    .action(async (namespace: string, path: string | undefined, { cluster, output, ...target }: Flags) => {
      const { findRights } = await import('./find-rights.ts')
      const { printRights } = await import('./print-rights.ts')
      const asked = { namespace, ...(path !== undefined && { path }), ...(cluster !== undefined && { cluster }) }
      const rights = await withInstallation(target, installation => findRights(asked, installation))
      const lines = output === 'json' ? [`${JSON.stringify(rights, undefined, 2)}\n`] : printRights(rights)
      await writeAll(lines, process.stdout)
    })
