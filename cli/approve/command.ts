import { Command } from 'commander'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { withProgress } from '../io/progress.ts'
import { printable } from '../io/text.ts'
import { writeAll } from '../io/write-all.ts'

interface Flags {
  readonly hash?: string
  readonly data: string
  readonly aws?: boolean
  readonly config?: string
  readonly installation?: string
}

const notes = `
A repository in which more than 20 images and more than maxDeletionPercent of them would be deleted is left out until a
person approves that very plan. Without --hash the plan that waits now is approved, and printed; with it nothing is
approved unless the plan is still the one that was seen. An approval lasts 7 days. It is written as the annotation
theriseunion.io/approve on the policy's object, with the name of the person who runs this, and recorded within a minute:
shelflife history --policy NAMESPACE/NAME shows it.

Example:
  shelflife approve production/auto-cleanup

Exit codes: 0 approved, also where nothing waits; 1 the installation does not answer or refuses; 2 bad input, or another
plan than that of --hash waits.`

/** `shelflife approve`: lets a policy delete what waits for a person. */
export const approveCommand = (): Command =>
  withInstallationOptions(
    withExitCodes(new Command('approve'))
      .description('let a policy delete what it has left out until a person approves')
      .argument('<policy>', 'NAMESPACE/NAME, or CLUSTER/NAMESPACE/NAME')
      .option('--hash <hash>', 'approve only the plan of this hash, as a message or shelflife plan named it'),
  )
    .addHelpText('after', notes)
    .action(async (policy: string, flags: Flags) => {
      const { approvePlan } = await import('./approve-plan.ts')
      const lines = await withProgress('judging what the policy covers', () =>
        withInstallation(flags, installation =>
          approvePlan({ policy, ...(flags.hash !== undefined && { hash: flags.hash }), now: new Date() }, installation),
        ),
      )
      await writeAll(
        lines.map(line => `${printable(line)}\n`),
        process.stdout,
      )
    })
