import { Command, Option } from 'commander'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { writeAll } from '../io/write-all.ts'

interface Flags {
  readonly suggest?: boolean
  readonly output: 'text' | 'json'
  readonly data: string
  readonly aws?: boolean
  readonly config?: string
  readonly installation?: string
}

const notes = `
Grants stand in the settings, which whoever deploys writes: registries[].grants. With --suggest the lines are printed that
keep everything as it is: read for the namespaces whose objects are read with the installation's credential and for those
with policies, delete for those with a policy that deletes in the registry, below the paths that they track now. Read
them before you deploy them: they grant what is done today, not what should be.

Example:
  shelflife grants --suggest

Exit codes: 0 printed; 1 the installation does not answer; 2 bad input.`

/** `shelflife grants`: who may what, and what would keep it as it is. */
export const grantsCommand = (): Command =>
  withInstallationOptions(
    withExitCodes(new Command('grants'))
      .description('the grants of each registry, or those that would keep everything as it is')
      .option('--suggest', 'print the lines that keep what is done today')
      .addOption(new Option('-o, --output <form>', 'how to print').choices(['text', 'json']).default('text')),
  )
    .addHelpText('after', notes)
    .action(async ({ suggest, output, ...target }: Flags) => {
      const { listGrantsInForce, printGrants } = await import('./list-grants.ts')
      const { suggestGrants } = await import('./suggest-grants.ts')
      const grants = await withInstallation(target, installation =>
        suggest === true ? suggestGrants(installation) : listGrantsInForce(installation),
      )
      const lines =
        output === 'json' ? [`${JSON.stringify(Object.fromEntries(grants), undefined, 2)}\n`] : printGrants(grants)
      await writeAll(lines, process.stdout)
    })
