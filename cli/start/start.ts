import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { connectInstallation, type Installation } from '../connect/installation.ts'
import { buildPage } from '../console/page-assets.ts'
import { type RunningConsole, startConsole } from '../console/start-console.ts'
import { type Host, type HostOptions, startHost, writeEndpoints } from '../embedded/host.ts'
import { commandName } from '../io/command-name.ts'
import { clusterReport } from './cluster-report.ts'
import { seedDemo } from './demo.ts'
import { grantsLine } from './grants-line.ts'
import { printLogLines } from './log-lines.ts'
import { writeNextSteps } from './next-steps.ts'
import { registryReport } from './registry-report.ts'

export interface StartOptions extends Omit<HostOptions, 'onError'> {
  readonly demo: boolean
}

/** Starts everything, says what is running, and stays until it is told to stop. */
export async function startInstallation(options: StartOptions): Promise<void> {
  const print = printLogLines()
  const onError = (where: string, error: unknown) =>
    print(where, `failed: ${error instanceof Error ? error.message : String(error)}`)
  const host = await startHost({ ...options, onError })
  let reads: Installation | undefined
  let served: ServedConsole | undefined
  const stop = () => {
    print('shelflife', 'stopping')
    closeAll({ served, reads, host }).then(
      () => process.exit(0),
      error => {
        process.stderr.write(`${error}\n`)
        process.exit(1)
      },
    )
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  if (options.demo) await seedDemo(host, options.dataDir)
  await host.run()
  writeEndpoints(options.dataDir, host.endpoints)
  reads = await connectInstallation({ data: options.dataDir })
  served = await serveConsole(reads, options, print)
  process.stdout.write(welcome(options, host, served))
  if (options.kubeconfig !== undefined)
    print('kubernetes', await clusterReport(readFileSync(host.kubeconfigPath, 'utf8'), options.workloads))
  await reportRegistries(reads, options, host, print)
}

/** Of real registries: whether each answers, and what to write next. */
async function reportRegistries(
  installation: Installation,
  { dataDir, registries = [] }: StartOptions,
  { kubeconfigPath }: Host,
  print: Print,
): Promise<void> {
  const kubectl = `kubectl --kubeconfig ${kubeconfigPath}`
  for (const registry of registries) {
    const { text, example } = await registryReport(registry, installation)
    print('registry', text)
    const lines = writeNextSteps(registry, { dataDir, kubectl, example, ofFolder: folderFlag(dataDir) })
    process.stdout.write(`\nNext, for ${registry.host}:\n${lines.map(line => `  ${line}\n`).join('')}\n`)
  }
}

/** The console, or why there is none: what else runs here does not need it. */
type ServedConsole = RunningConsole | { readonly problem: string }

async function serveConsole(installation: Installation, { port }: StartOptions, print: Print): Promise<ServedConsole> {
  try {
    return await startConsole({
      installation,
      page: await buildPage(),
      port: port === 0 ? 0 : port + 5,
      onNextAddress: address => print('console', `that address is used; for another tab: ${address}`),
      onError: (path, error) => print('console', `${path} failed: ${error instanceof Error ? error.stack : error}`),
    })
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

type Print = ReturnType<typeof printLogLines>

interface Started {
  readonly served: ServedConsole | undefined
  readonly reads: Installation | undefined
  readonly host: Host
}

async function closeAll({ served, reads, host }: Started): Promise<void> {
  if (served !== undefined && 'close' in served) await served.close()
  reads?.close()
  await host.close()
}

/** How other commands find this installation; empty where they look by themselves. */
const folderFlag = (dataDir: string): string => (dataDir === resolve('.shelflife') ? '' : ` --data ${dataDir}`)

function welcome(
  { dataDir, demo, grants }: StartOptions,
  { kubeconfigPath, credentialsFile, metricsSecretFile, endpoints }: Host,
  served: ServedConsole,
): string {
  const ofFolder = folderFlag(dataDir)
  const kubectl = `kubectl --kubeconfig ${kubeconfigPath}`
  const { host } = new URL(endpoints.registry)
  // Of a tag that no object tracks nothing is seen: this object tracks all of its path.
  const nginx = `docker://${host}/library/nginx`
  const push = [
    `skopeo copy --all --src-tls-verify=false --dest-tls-verify=false ${nginx}:1.21-alpine ${nginx}:1.22-alpine`,
    `${kubectl} get repository nginx -n production -o jsonpath='{.status.latestTag}{"\\n"}'`,
  ]
  const tries = demo
    ? ['get repositories -n production', 'describe imagecleanuppolicy auto-cleanup -n production']
    : ['get repositories -A', 'get imagecleanuppolicies -A']
  return `
shelflife is running; Ctrl-C stops it, the next start continues where it was.

  console     ${'problem' in served ? `is not served: ${served.problem}` : `${served.address()} (for one tab; more: ${commandName} console${ofFolder})`}

  registry    ${endpoints.registry}
  kubernetes  ${endpoints.kubernetes}
  webhook     ${endpoints.webhook}
  metrics     ${endpoints.metrics}, for Prometheus (bearer: ${metricsSecretFile})
  dynamodb    ${endpoints.dynamodb} (table ${endpoints.table})
  aws         ${endpoints.aws}
  aws key     ${credentialsFile}, for AWS_SHARED_CREDENTIALS_FILE
  addresses   ${join(dataDir, 'endpoints.json')}
  grants      ${grantsLine(grants)}; more: ${commandName} grants${ofFolder}

Try:
${[...tries.map(one => `${kubectl} ${one}`), ...(demo ? push : [])].map(one => `  ${one}\n`).join('')}
`
}
