import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { InvalidInputError } from '../../shared/errors.ts'
import { parseSettings, type SettingsInput } from '../../shared/settings.ts'
import type { GoogleAccount } from '../embedded/local-webhooks.ts'
import { withExitCodes } from '../io/exit-codes.ts'
import { parsePort } from '../io/parse-port.ts'
import { grantsOfStart, limitsOfStart } from './defaults.ts'
import { addInClusterFlags, readInClusterFlags } from './in-cluster-flags.ts'
import { parseWorkloads } from './parse-workloads.ts'
import { readGrants } from './read-grants.ts'
import { readReceivers } from './read-receivers.ts'
import { RegistryFlags } from './registry-flags.ts'

interface Flags {
  readonly data: string
  readonly port: string
  readonly demo: boolean
  readonly speed: string
  readonly kubeconfig?: string
  readonly table?: string
  readonly workloads?: string
  readonly grants?: string
  readonly minGrace?: string
  readonly notifications?: string
  readonly googleAccount?: string
  readonly googleAudience: string
  readonly inCluster?: string | true
  readonly settings?: string
  readonly secrets?: string
  readonly listen: string
  readonly url?: string
}

const notes = `
Without --grants the namespaces production and staging of the demo may read and delete everything; without the demo no
namespace may delete. What is granted: shelflife grants. What to write: shelflife grants --suggest.

What stands after a --registry is about that one.

Example:
  shelflife start --kubeconfig ~/.kube/config \\
    --registry https://harbor.example.com --provider harbor --username 'robot$cleaner' --password-file harbor.txt \\
    --registry https://ghcr.io --username ci --password-file ghcr.txt

Exit codes: 0 stopped by a signal; 1 it could not start; 2 bad input.`

/** `shelflife start`: the whole installation in one process. */
export function startCommand(): Command {
  const registryFlags = new RegistryFlags()
  const command = withExitCodes(new Command('start'))
    .description('run everything in one process on 127.0.0.1')
    .option('--data <dir>', 'where data, kubeconfig and endpoints.json lie', '.shelflife')
    .option('--port <n>', 'first of six ports in a row; 0 takes any free ones', '7440')
    .option('--no-demo', 'start without the demo images and objects')
    .option('--speed <factor>', 'schedules run this much faster', '1')
    .option('--kubeconfig <file>', 'a real cluster instead of the embedded API')
    .option('--table <name>', 'a real DynamoDB table instead of the embedded engine')
  return addInClusterFlags(registryFlags.addTo(command))
    .option(
      '--workloads <kinds>',
      'kinds that count as use beside the known: jobs.batch.volcano.sh, separated by commas',
    )
    .option(
      '--grants <file>',
      'JSON list of who may read and delete what, or the word everyone: all read, none deletes',
    )
    .option('--min-grace <duration>', 'least grace period of all policies; default 1h, with the demo 1s')
    .option('--notifications <file>', 'JSON list of who is told what by Slack or Teams: see docs/notifications.md')
    .option('--google-account <email>', 'the service account as which a Pub/Sub subscription pushes events of Google')
    .option('--google-audience <text>', 'the audience of its tokens', 'shelflife')
    .addHelpText('after', notes)
    .action(async (flags: Flags) => {
      const inCluster = readInClusterFlags(command, flags)
      if (inCluster) {
        const { startInCluster } = await import('./start-in-cluster.ts')
        const table = flags.table === undefined ? {} : { table: flags.table }
        return startInCluster({ dataDir: resolve(flags.data), port: 0, given: inCluster, ...table })
      }
      const given = registryFlags.read()
      const demo = flags.demo && flags.kubeconfig === undefined && given.registries === undefined
      // Loaded only here: the other commands start in a third of the time.
      const { startInstallation } = await import('./start.ts')
      await startInstallation({
        dataDir: resolve(flags.data),
        port: parsePort('--port', flags.port, { most: 65_530 }),
        demo,
        speed: parseSpeed(flags.speed),
        ...(flags.kubeconfig !== undefined && { kubeconfig: parseFile('--kubeconfig', flags.kubeconfig) }),
        ...(flags.table !== undefined && { table: flags.table }),
        ...given,
        workloads: parseWorkloads(flags.workloads),
        grants: flags.grants === undefined ? grantsOfStart(demo) : readGrants(flags.grants),
        limits: parseLimits(flags.minGrace, demo),
        notifications: flags.notifications === undefined ? [] : readReceivers(flags.notifications),
        ...(flags.googleAccount !== undefined && { google: parseGoogle(flags.googleAccount, flags.googleAudience) }),
      })
    })
}

function parseSpeed(text: string): number {
  const speed = Number(text)
  if (speed > 0 && speed <= 1000) return speed
  throw new InvalidInputError(`--speed: expected a number over 0 and up to 1000, got ${JSON.stringify(text)}`)
}

function parseLimits(minGrace: string | undefined, demo: boolean): SettingsInput['limits'] {
  if (minGrace === undefined) return limitsOfStart(demo)
  const limits = { minGracePeriod: minGrace }
  try {
    return parseSettings({ limits }).limits
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    throw new InvalidInputError(
      `--min-grace: expected a duration of 1s or more, such as 90s, 10m or 1h30m, got ${JSON.stringify(minGrace)}`,
    )
  }
}

function parseGoogle(serviceAccount: string, audience: string): GoogleAccount {
  const google = { serviceAccount, audience }
  try {
    parseSettings({ webhooks: [{ provider: 'google', registry: 'gcr.io', ...google }] })
    return google
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    throw new InvalidInputError(
      `--google-account: expected the e-mail address of a service account, and an --google-audience, got ${JSON.stringify(serviceAccount)} and ${JSON.stringify(audience)}`,
    )
  }
}

function parseFile(flag: string, path: string): string {
  if (existsSync(path)) return resolve(path)
  throw new InvalidInputError(`${flag}: expected a file, found none at ${path}`)
}
