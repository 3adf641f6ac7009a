import { join, resolve } from 'node:path'
import { type Host, type HostOptions, startHost, writeEndpoints } from '../embedded/host.ts'
import { commandName } from '../io/command-name.ts'
import { clusterReport } from './cluster-report.ts'
import { seedDemo } from './demo.ts'
import { grantsLine } from './grants-line.ts'
import { printLogLines } from './log-lines.ts'

export interface StartOptions extends Omit<HostOptions, 'onError'> {
  readonly demo: boolean
}

/** Starts everything, says what is running, and stays until it is told to stop. */
export async function startInstallation(options: StartOptions): Promise<void> {
  const print = printLogLines()
  const onError = (where: string, error: unknown) =>
    print(where, `failed: ${error instanceof Error ? error.message : String(error)}`)
  const host = await startHost({ ...options, onError })
  const stop = () => {
    print('shelflife', 'stopping')
    host.close().then(
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
  process.stdout.write(welcome(options, host))
  if (options.kubeconfig !== undefined) print('kubernetes', await clusterReport(host.kubeconfigPath, options.workloads))
}

function welcome(
  { dataDir, demo, grants }: StartOptions,
  { kubeconfigPath, credentialsFile, metricsSecretFile, endpoints }: Host,
): string {
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

  registry    ${endpoints.registry}
  kubernetes  ${endpoints.kubernetes}
  webhook     ${endpoints.webhook}
  metrics     ${endpoints.metrics}, for Prometheus (bearer: ${metricsSecretFile})
  dynamodb    ${endpoints.dynamodb} (table ${endpoints.table})
  aws         ${endpoints.aws}
  aws key     ${credentialsFile}, for AWS_SHARED_CREDENTIALS_FILE
  addresses   ${join(dataDir, 'endpoints.json')}
  grants      ${grantsLine(grants)}; more: ${commandName} grants${dataDir === resolve('.shelflife') ? '' : ` --data ${dataDir}`}

Try:
${[...tries.map(one => `${kubectl} ${one}`), ...(demo ? push : [])].map(one => `  ${one}\n`).join('')}
`
}
