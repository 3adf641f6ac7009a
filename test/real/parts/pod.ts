import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildImage } from '../../../infra/packaging/image/build-image.ts'
import { freshFolder, removeFolder } from './background.ts'
import { type RunResult, run, runOrThrow } from './run.ts'
import { waitUntil } from './wait-until.ts'

/** What the kubelet would mount and set. */
export interface PodOptions {
  /** Files by their paths in the container. */
  files: Readonly<Record<string, string>>
  env: Readonly<Record<string, string>>
  args: readonly string[]
  port: number
}

/** The image's own files in a folder of their own, run as its user by its entry point: a Pod without a kubelet. */
export interface Pod {
  url: string
  log(): string
  /** As the kubelet renews what it mounts. */
  write(path: string, text: string): void
  start(): Promise<void>
  /** Answers with what the process answered to SIGTERM. */
  terminate(): Promise<number | null>
  /** `kubectl exec` of a command of the image. */
  exec(args: readonly string[]): Promise<RunResult>
  remove(): Promise<void>
}

interface ImageConfig {
  User: string
  Env: string[]
  Entrypoint: string[]
}

/** Puts the layers of the image over each other, as a runtime does. */
async function unpackImage(folder: string): Promise<{ root: string; config: ImageConfig }> {
  const root = join(folder, 'root')
  mkdirSync(root)
  const archive = join(folder, 'image.tar')
  writeFileSync(archive, await buildImage())
  await runOrThrow('tar', ['xf', archive, '-C', folder])
  const [{ Config, Layers }] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))
  for (const layer of Layers) await runOrThrow('tar', ['xzpf', join(folder, layer), '-C', root, '--same-owner'])
  return { root, config: JSON.parse(readFileSync(join(folder, Config), 'utf8')).config }
}

const chroot = '/usr/sbin/chroot'

export async function createPod({ files, env, args, port }: PodOptions): Promise<Pod> {
  const folder = freshFolder('pod')
  // Who mounts is root, and the user of the image goes through.
  chmodSync(folder, 0o755)
  const { root, config } = await unpackImage(folder)
  const all = { ...Object.fromEntries(config.Env.map(one => one.split(/=(.*)/s))), ...env }
  const url = `http://127.0.0.1:${port}`
  const inRoot = (words: readonly string[]) => [`--userspec=${config.User}`, root, ...words]
  let process: ChildProcess | undefined
  let log = ''
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const [path, text] of Object.entries(files)) write(path, text)
  const terminate = async (): Promise<number | null> => {
    if (process === undefined || process.exitCode !== null) return process?.exitCode ?? null
    const exited = once(process, 'exit')
    process.kill('SIGTERM')
    const [code] = await exited
    return code
  }
  return {
    url,
    log: () => log,
    write,
    start: async () => {
      process = spawn(chroot, inRoot([...config.Entrypoint, ...args]), {
        env: all,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      for (const stream of [process.stdout, process.stderr]) stream?.on('data', chunk => (log += chunk))
      const isReady = async () => process?.exitCode !== null || (await fetch(`${url}/readyz`)).ok
      await waitUntil(isReady, { what: 'the Pod to be ready', deadlineMs: 60_000 })
      if (process.exitCode !== null) throw new Error(`expected the Pod to run, it ended\n${log}`)
    },
    terminate,
    exec: words => run(chroot, inRoot(['/usr/bin/shelflife', ...words]), { env: all }),
    remove: async () => {
      await terminate()
      removeFolder(folder)
    },
  }
}
