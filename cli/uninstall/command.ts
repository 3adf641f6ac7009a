import { Command, Option } from 'commander'
import type { InstallationTarget } from '../connect/installation.ts'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { printable } from '../io/text.ts'
import { writeAll } from '../io/write-all.ts'

const notes = `
Changes nothing. Prints in their order the commands that take an installation away, and says of each what is lost by it, what
stays, and what the clusters keep. Whoever wants to come back leaves the table and the archive.

Example:
  shelflife uninstall --plan --aws

Exit codes: 0 printed; 1 the installation does not answer; 2 bad input.`

/** `shelflife uninstall --plan`: what a removal takes away, and what it leaves. */
export const uninstallCommand = (): Command =>
  withInstallationOptions(
    withExitCodes(new Command('uninstall'))
      .description('what would go and what would stay, with the commands in their order')
      .addOption(new Option('--plan', 'print it, which is all that this does').makeOptionMandatory()),
  )
    .addHelpText('after', notes)
    .action(async (flags: InstallationTarget) => {
      const { readRemoval } = await import('./read-removal.ts')
      const { removalLines } = await import('./removal-lines.ts')
      const lines = removalLines(await withInstallation(flags, readRemoval), flags)
      await writeAll(
        lines.map(line => `${printable(line)}\n`),
        process.stdout,
      )
    })
