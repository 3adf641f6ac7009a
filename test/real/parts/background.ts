import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { waitUntil } from './wait-until.ts'

/**
 * Runs `"$@"` in a process group that lives no longer than this process: the watcher reads a pipe that only this
 * process holds, so its end, however it comes (exit, a signal, SIGKILL), ends the part and all that the part started.
 */
const tiedToParent = 'exec 3<&0; (cat <&3 >/dev/null; kill -KILL 0) & exec 3<&-; exec "$@" </dev/null'

export interface BackgroundOptions {
  command: string
  args: readonly string[]
  /** Where the log goes: `<command>.log`. */
  folder: string
  env?: NodeJS.ProcessEnv
  /** Answers true (or anything but undefined and false) when the part can be used. */
  isReady: () => Promise<unknown>
  deadlineMs?: number
}

export interface Background {
  logFile: string
  /** Kills the part and everything it started; its data is thrown away anyway, so nothing is asked to end in peace. */
  stop(): Promise<void>
}

/** A new folder for a part's data, below the system's temporary folder. */
export function freshFolder(part: string): string {
  return mkdtempSync(join(tmpdir(), `shelflife-${part}-`))
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

function tail(file: string, lines: number): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
}

/** Starts a server and waits for it; throws with the tail of its log when it ends early or is not ready in time. */
export async function startBackground(options: BackgroundOptions): Promise<Background> {
  const name = basename(options.command)
  const logFile = join(options.folder, `${name}.log`)
  const log = openSync(logFile, 'a')
  const child = spawn('sh', ['-c', tiedToParent, 'sh', options.command, ...options.args], {
    cwd: options.folder,
    detached: true,
    env: options.env ?? process.env,
    stdio: ['pipe', log, log],
  })
  closeSync(log)
  const exited = once(child, 'exit')
  child.stdin?.on('error', () => {})
  // A script that is done may end: the part then ends with it.
  child.unref()

  const stop = async (): Promise<void> => {
    child.stdin?.destroy()
    child.ref()
    if (child.exitCode === null && child.signalCode === null) await exited
  }
  try {
    await waitUntil(() => child.exitCode !== null || child.signalCode !== null || options.isReady(), {
      what: `${name} to be ready`,
      deadlineMs: options.deadlineMs ?? 60_000,
    })
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`expected ${name} to run, it ended with ${child.exitCode ?? child.signalCode}`)
    }
  } catch (cause) {
    await stop()
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${reason}; the end of its log:\n${tail(logFile, 30)}`, { cause })
  }
  return { logFile, stop }
}

/** Like `startBackground`, with a folder that is removed when the part stops or does not start. */
export async function startInFreshFolder(
  part: string,
  optionsIn: (folder: string) => Omit<BackgroundOptions, 'folder'>,
): Promise<Background> {
  const folder = freshFolder(part)
  try {
    const { logFile, stop } = await startBackground({ folder, ...optionsIn(folder) })
    return { logFile, stop: () => stop().finally(() => removeFolder(folder)) }
  } catch (error) {
    removeFolder(folder)
    throw error
  }
}
