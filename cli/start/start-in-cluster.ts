import { notesOfSynth } from '../embedded/given-settings.ts'
import { type HostOptions, startHost, writeEndpoints } from '../embedded/host.ts'
import { podClusterOf } from '../embedded/in-cluster.ts'
import { ownClusterLines } from './cluster-report.ts'

type InClusterOptions = Omit<HostOptions, 'onError' | 'grants' | 'limits' | 'speed'> &
  Required<Pick<HostOptions, 'given'>>

/** Starts everything as a Pod of a cluster, and stays until it is told to stop. It logs JSON, as the functions do on AWS. */
export async function startInCluster(options: InClusterOptions): Promise<void> {
  const host = await startHost({ ...options, grants: [], limits: {}, speed: 1, onError: logError })
  const stop = (signal: string) => {
    log('INFO', `stopping by ${signal}`)
    host.close().then(
      () => process.exit(0),
      error => {
        logError('shelflife', error)
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  const { settings } = options.given
  for (const text of notesOfSynth(settings)) log('WARN', text)
  await host.run()
  writeEndpoints(options.dataDir, host.endpoints)
  log('INFO', 'works', { port: options.given.listenPort, kubernetes: host.endpoints.kubernetes })
  for (const line of await ownClusterLines(options.given.ownCluster, podClusterOf(settings)?.workloads))
    log('INFO', line)
}

const logError = (where: string, error: unknown): void =>
  log('ERROR', error instanceof Error ? error.message : String(error), { service: where })

const log = (level: 'INFO' | 'WARN' | 'ERROR', message: string, details: object = {}): void => {
  const entry = { level, message, timestamp: new Date().toISOString(), service: 'shelflife', ...details }
  process.stdout.write(`${JSON.stringify(entry)}\n`)
}
