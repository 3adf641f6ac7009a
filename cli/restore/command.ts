import { Command, Option } from 'commander'
import { InvalidInputError } from '../../shared/errors.ts'
import type { InstallationTarget } from '../connect/installation.ts'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { type RestoreAsked, runRestore } from './run-restore.ts'

interface Flags extends InstallationTarget {
  readonly run?: string
  readonly namespace?: string
  readonly dryRun?: boolean
  readonly output: RestoreAsked['output']
}

const notes = `
IMAGE is HOST/PATH:TAG or HOST/PATH@sha256:..., as image references spell it. HOST, and the beginning of PATH, may be left
out where one repository alone ends so, and of the digest a beginning of four digits or more is enough where one image
alone has it; with -n NAMESPACE it is the name of a Repository object. With the image come its children, its signatures and
other referrers, the tags and the Repository objects that were deleted with it. Layers that the registry has no more come from the archive, where the policy said
archive: layers. What a policy with action: Archive moved into the archive of its registry is asked back there, and is
handed out some 20 minutes later. A tag that points elsewhere by now is left alone. What is there already is
not pushed again, so that a restore can be repeated. In a cluster of another installation no object is made.
RUN is CLUSTER/NAMESPACE/POLICY/RUNID, or NAMESPACE/POLICY/RUNID where one cluster is configured.
The JSON output is described by cli/restore/restore.schema.json.

Example:
  shelflife restore --run production/auto-cleanup/manual-43 --dry-run
  shelflife restore harbor.example.com/myapp/myapp:v1.0.0

Exit codes: 0 all of it is there, or on its way out of the archive of its registry, 1 something could not be restored, 2 bad input.`

/** `shelflife restore`: puts back what sweeps deleted or archived. Bad input is thrown as InvalidInputError, for exit code 2. */
export const restoreCommand = (): Command =>
  withInstallationOptions(withExitCodes(new Command('restore')))
    .description('put deleted images back, while the registry or the archive has their layers')
    .argument('[image...]', 'images that were deleted')
    .option('-n, --namespace <name>', 'the images are named by Repository objects of this namespace')
    .option('--run <run>', 'everything that this run of a policy deleted or archived')
    .option('--dry-run', 'say what could be put back, and change nothing')
    .addOption(new Option('-o, --output <form>', 'how to print').choices(['json', 'table']).default('table'))
    .addHelpText('after', notes)
    .action(async (images: readonly string[], { run, namespace, dryRun = false, output, ...target }: Flags) => {
      if (images.length > 0 === (run !== undefined))
        throw new InvalidInputError(
          `expected images or --run, got ${run === undefined ? 'none of them' : 'both'}; see shelflife restore --help`,
        )
      const asked = {
        images,
        ...(run !== undefined && { run }),
        ...(namespace !== undefined && { namespace }),
        dryRun,
        output,
      }
      const isWhole = await withInstallation(target, installation => runRestore(asked, installation, process))
      if (!isWhole) process.exitCode = 1
    })
