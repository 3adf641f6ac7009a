import { Command, Option } from 'commander'
import { stringify } from 'yaml'
import { amountText } from '../../shared/domain/amount-text.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { withInstallation, withInstallationOptions } from '../connect/options.ts'
import { commandName } from '../io/command-name.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { printable } from '../io/text.ts'
import { writeAll } from '../io/write-all.ts'
import type { Tracking } from './track-repositories.ts'

interface Flags {
  readonly namespace: string
  readonly cluster?: string
  readonly registrySecret?: string
  readonly dryRun?: boolean
  readonly output: 'text' | 'yaml'
  readonly data: string
  readonly aws?: boolean
  readonly config?: string
  readonly installation?: string
}

const notes = `
Makes a Repository object for each repository of a registry that the pattern names, which then is synced, shown and swept by
the policies of its namespace. In a pattern * stays within a segment and ** crosses them; one without either needs no list
of the registry. What an object of the namespace tracks already is left as it is; tracking again adds what is new since. What -o yaml prints
is for kubectl apply, or for a repository of manifests.

Examples:
  shelflife track 'harbor.example.com/team/**' -n production --dry-run
  shelflife track 'harbor.example.com/team/**' -n production -o yaml

Exit codes: 0 done, also where all was tracked; 1 registry, cluster or installation do not answer; 2 bad input.`

/** `shelflife track`: Repository objects for what a registry holds. */
export const trackCommand = (): Command =>
  withInstallationOptions(
    withExitCodes(new Command('track'))
      .description('make Repository objects for what a registry holds')
      .argument('<host/pattern>', 'what to track: harbor.example.com/team/**')
      .requiredOption('-n, --namespace <name>', 'where the objects are made')
      .option('--cluster <name>', 'in which cluster, where there are several')
      .option('--registry-secret <name>', 'the RegistrySecret of the namespace by which they are read')
      .option('--dry-run', 'write nothing: say what would be written')
      .addOption(
        new Option('-o, --output <form>', 'yaml: write nothing, print the objects')
          .choices(['text', 'yaml'])
          .default('text'),
      ),
  )
    .addHelpText('after', notes)
    .action(async (pattern: string, { namespace, cluster, registrySecret, dryRun, output, ...target }: Flags) => {
      const { createTracked, planTracking } = await import('./track-repositories.ts')
      const asked = {
        pattern,
        namespace,
        ...(cluster !== undefined && { cluster }),
        ...(registrySecret !== undefined && { registrySecret }),
      }
      const lines = await withInstallation(target, async installation => {
        const tracking = await planTracking(asked, installation)
        if (output === 'yaml') return [yamlOf(tracking)]
        if (tracking.objects.length + tracking.tracked.length === 0)
          return [line(`${tracking.host} shows no repository that this names, to what it was asked with`)]
        if (dryRun === true) return plannedLines(tracking)
        if (tracking.newRegistrySecret && tracking.objects.length > 0) throw withoutSecret(asked)
        return [
          ...listedLines(tracking),
          line(`made ${amountText(await createTracked(tracking), 'Repository')}`),
          ...tracking.doubts.map(line),
        ]
      })
      await writeAll(lines, process.stdout)
    })

const line = (text: string): string => `${printable(text)}\n`

const yamlOf = ({ newRegistrySecret, objects }: Tracking): string =>
  [...(newRegistrySecret && objects.length > 0 ? [newRegistrySecret] : []), ...objects]
    .map(one => stringify(one))
    .join('---\n')

const plannedLines = (tracking: Tracking): string[] => [
  ...listedLines(tracking),
  ...(tracking.newRegistrySecret ? [line(`RegistrySecret ${tracking.registrySecret} is to be made first`)] : []),
  line(`would make ${amountText(tracking.objects.length, 'Repository')}`),
]

const listedLines = ({ host, objects, tracked }: Tracking): string[] => [
  ...objects.map(({ metadata, spec }) => line(`${metadata.name}  ${host}/${String(spec.repository)}`)),
  ...(tracked.length > 0 ? [line(`${amountText(tracked.length, 'repository')} tracked already`)] : []),
]

/** RegistrySecrets are the namespace's own to write: the product only reads them. */
const withoutSecret = ({ pattern, namespace }: { readonly pattern: string; readonly namespace: string }) =>
  new InvalidInputError(
    `expected a RegistrySecret of that host in namespace ${namespace}, found none; make one, or all at once: ${commandName} track '${pattern}' -n ${namespace} -o yaml | kubectl apply -f -`,
  )
