import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

export interface StartedProcess {
  readonly endpoint: string
  /** Ends the process as `kill -9` does, and resolves when it is gone. */
  kill(): Promise<void>
}

/** Runs a script of this folder and waits for the first line that it prints. */
export const startProcess = async (script: string, dataDir: string): Promise<StartedProcess> => {
  const child = spawn(process.execPath, [new URL(script, import.meta.url).pathname, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  onTestFinished(kill)
  const [endpoint] = await once(createInterface({ input: child.stdout }), 'line')
  return { endpoint, kill }
}
