import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node'
import { type Background, freshFolder, removeFolder, startBackground } from '../parts/background.ts'
import { waitUntil } from '../parts/wait-until.ts'

/** What `npm start` starts, with its demo; a minute of its schedules takes a second. */
export interface DemoInstallation {
  readonly dataDir: string
  readonly registryUrl: string
  readonly client: KubernetesObjectApi
  /** Of the console, as the banner prints it: good for one tab. */
  readonly consoleAddress: () => string
  remove(): Promise<void>
}

const program = new URL('../../../cli/shelflife.ts', import.meta.url).pathname
const printedAddress = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/g

export async function startDemo(): Promise<DemoInstallation> {
  const folder = freshFolder('demo')
  const dataDir = join(folder, 'data')
  let running: Background | undefined
  try {
    running = await startBackground({
      command: process.execPath,
      args: [program, 'start', '--data', dataDir, '--port', '0', '--speed', '60'],
      folder,
      isReady: async () => lastAddress(join(folder, 'node.log')),
    })
    return demoOf(running, folder, dataDir)
  } catch (error) {
    await running?.stop()
    removeFolder(folder)
    throw error
  }
}

function demoOf(running: Background, folder: string, dataDir: string): DemoInstallation {
  const kubeconfig = new KubeConfig()
  kubeconfig.loadFromFile(join(dataDir, 'kubeconfig'))
  return {
    dataDir,
    registryUrl: JSON.parse(readFileSync(join(dataDir, 'endpoints.json'), 'utf8')).registry,
    client: KubernetesObjectApi.makeApiClient(kubeconfig),
    consoleAddress: () => lastAddress(running.logFile),
    remove: async () => {
      await running.stop()
      removeFolder(folder)
    },
  }
}

/** Each tab uses one up, and the next is printed. */
function lastAddress(logFile: string): string {
  const address = readFileSync(logFile, 'utf8').match(printedAddress)?.at(-1)
  if (address === undefined) throw new Error(`expected the address of the console in ${logFile}, found none`)
  return address
}

/** 200 or 404 for a tag of the demo. */
export async function answerFor({ registryUrl }: DemoInstallation, path: string, tag: string): Promise<number> {
  const headers = { accept: 'application/vnd.oci.image.manifest.v1+json' }
  return (await fetch(`${registryUrl}/v2/${path}/manifests/${tag}`, { method: 'HEAD', headers })).status
}

/** Waits until the console has opened a session for everybody who used an address, and has printed the next one. */
export const nextAddress = (demo: DemoInstallation, used: string): Promise<string> =>
  waitUntil(() => demo.consoleAddress() !== used && demo.consoleAddress(), { what: 'the next address of the console' })
