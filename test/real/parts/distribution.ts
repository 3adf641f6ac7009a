import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { startInFreshFolder } from './background.ts'
import { readParts } from './cache.ts'
import { freePort } from './free-port.ts'
import { runOrThrow } from './run.ts'

/** What a registry started with `login: true` asks for. */
export const registryLogin = { username: 'shelflife', password: 'only-for-tests' }
const htpasswd = 'shelflife:$2b$04$13ulmTvHtKBqsKU23tV/dulESgFLQv2abs9P97HH4eJ46PInxjjn.\n'

export interface NotificationEndpoint {
  url: string
  headers?: Record<string, string>
}

export interface DistributionOptions {
  /** '3': distribution 3; '2': Debian's docker-registry 2.8. */
  version: '2' | '3'
  /** Cannot be changed later: the registry reads its settings once. */
  notifications?: readonly NotificationEndpoint[]
  /** Asks for `registryLogin` by basic authentication; default: open to all. */
  login?: boolean
  /** A folder with what it holds from the start, which stays when it stops; default: an empty one of its own. */
  dataFolder?: string
}

export interface Distribution {
  url: string
  /** `127.0.0.1:PORT`, as it stands before a repository's name. */
  host: string
  logFile: string
  /** Runs the registry's own garbage collection and gives what it printed. Nobody may push meanwhile. */
  garbageCollect(options?: { deleteUntagged?: boolean }): Promise<string>
  stop(): Promise<void>
}

function notificationEndpoint({ url, headers = {} }: NotificationEndpoint, index: number) {
  return {
    name: `endpoint-${index}`,
    url,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    timeout: '5s',
    threshold: 3,
    backoff: '1s',
    ignore: { actions: ['pull'], mediatypes: ['application/octet-stream'] },
  }
}

function settingsOf(options: DistributionOptions, host: string, folder: string) {
  return {
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: false } },
    // No blob descriptor cache: after a garbage collection it would answer for blobs that are gone.
    storage: { delete: { enabled: true }, filesystem: { rootdirectory: options.dataFolder ?? join(folder, 'data') } },
    http: { addr: host, secret: 'only-for-tests' },
    ...(options.login && { auth: { htpasswd: { realm: 'registry', path: join(folder, 'htpasswd') } } }),
    ...(options.notifications?.length && {
      notifications: { endpoints: options.notifications.map(notificationEndpoint) },
    }),
  }
}

/** Starts a registry with deletion enabled and real notifications. */
export async function startDistribution(options: DistributionOptions): Promise<Distribution> {
  const parts = readParts()
  const command = options.version === '3' ? parts.registry3 : parts.registry2
  const host = `127.0.0.1:${await freePort()}`
  const url = `http://${host}`
  let settings = ''
  // Otherwise the registry of version 3 looks for a collector of traces and logs that it found none.
  const env = { ...process.env, OTEL_TRACES_EXPORTER: 'none' }
  const isReady = async () => (await fetch(`${url}/v2/`, { signal: AbortSignal.timeout(2_000) })).status < 500
  const { stop, logFile } = await startInFreshFolder(`registry${options.version}`, folder => {
    settings = join(folder, 'config.yml')
    writeFileSync(settings, stringify(settingsOf(options, host, folder)))
    writeFileSync(join(folder, 'htpasswd'), htpasswd)
    return { command, args: ['serve', settings], env, isReady }
  })
  return {
    url,
    host,
    logFile,
    garbageCollect: ({ deleteUntagged = false } = {}) =>
      runOrThrow(command, ['garbage-collect', ...(deleteUntagged ? ['--delete-untagged'] : []), settings], { env }),
    stop,
  }
}
