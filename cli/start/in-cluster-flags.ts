import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { InvalidInputError } from '../../shared/errors.ts'
import { parseWebhookBase } from '../connect/webhook-base.ts'
import { type GivenInstallation, parseGivenSettings } from '../embedded/given-settings.ts'
import { inClusterKubeconfigs, serviceAccountFolder } from '../embedded/in-cluster.ts'
import { parsePort } from '../io/parse-port.ts'
import { readJson } from './read-json.ts'

interface InClusterFlags {
  /** True where no folder was named. */
  readonly inCluster?: string | true
  readonly settings?: string
  readonly secrets?: string
  readonly listen: string
  readonly url?: string
}

/** Flags that say what the settings say there. */
const ofOneMachine = ['kubeconfig', 'registry', 'workloads', 'grants', 'minGrace', 'notifications', 'googleAccount']

/** Adds the flags of an installation that is a Pod of its cluster. */
export const addInClusterFlags = (command: Command): Command =>
  command
    .option('--in-cluster [dir]', `as a Pod of the cluster; default: the service account at ${serviceAccountFolder}`)
    .option('--settings <file>', 'with --in-cluster: the settings, JSON as the functions on AWS read them')
    .option('--secrets <dir>', 'with --in-cluster: the secrets that the settings name, as files of their names')
    .option('--listen <port>', 'with --in-cluster: where webhooks, scrapes and probes arrive, on all addresses', '8080')
    .option('--url <url>', 'with --in-cluster: where registries reach that, as shelflife webhook prints it')

/** What the flags say; undefined without --in-cluster. @throws InvalidInputError that names the flag */
export function readInClusterFlags(command: Command, flags: InClusterFlags): GivenInstallation | undefined {
  if (flags.inCluster === undefined) return refuseWithout(flags)
  const stray = ofOneMachine.find(name => command.getOptionValueSource(name) === 'cli')
  const option = command.options.find(one => one.attributeName() === stray)
  if (option) throw new InvalidInputError(`${option.long}: expected it in the --settings of --in-cluster, got the flag`)
  if (flags.settings === undefined) throw new InvalidInputError('--in-cluster: expected --settings FILE beside it')
  return {
    settings: parseGivenSettings(readSettings(flags.settings)),
    secretsFolder: flags.secrets === undefined ? undefined : resolve(flags.secrets),
    ownCluster: inClusterKubeconfigs(flags.inCluster === true ? serviceAccountFolder : flags.inCluster, process.env),
    listenPort: parsePort('--listen', flags.listen, { what: 'a port' }),
    ...(flags.url !== undefined && { webhookBase: parseWebhookBase(flags.url) }),
  }
}

function refuseWithout({ settings, secrets, url }: InClusterFlags): undefined {
  const [stray] = Object.entries({ settings, secrets, url }).find(([, value]) => value !== undefined) ?? []
  if (stray !== undefined) throw new InvalidInputError(`--${stray}: expected --in-cluster beside it`)
  return undefined
}

function readSettings(file: string): unknown {
  if (!existsSync(file)) throw new InvalidInputError(`--settings: expected a file, found none at ${file}`)
  return readJson('--settings', 'JSON', file)
}
