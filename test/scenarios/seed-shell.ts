import { expect } from 'vitest'
import { type RunResult, run } from '../real/parts/run.ts'
import type { Scene, World } from './world.ts'

export interface Shell {
  readonly scene: Scene
  /** Runs a command as it is written, among the files that commands name, where the current namespace is production. */
  run(command: string): Promise<RunResult>
}

/** A shell in this folder, with a kubeconfig of its own there; `path` holds the folders of kubectl and jq. */
export const shellIn = (folder: string, world: () => World, path: () => string): Shell => ({
  get scene() {
    return { world: world(), namespace: 'production', repository: 'myapp/myapp' }
  },
  run: command => {
    const env = { PATH: path(), HOME: folder, KUBECONFIG: `${folder}/kubeconfig` }
    return run('bash', ['-c', command], { env, cwd: folder })
  },
})

/** What the command prints; it must end with 0. */
export async function succeed({ run }: Shell, command: string): Promise<string> {
  const { stdout, stderr, exitCode } = await run(command)
  expect({ command, stderr, exitCode }).toEqual({ command, stderr: '', exitCode: 0 })
  return stdout
}

/** The words of each line that kubectl prints. */
export const linesOf = (stdout: string): string[][] =>
  stdout
    .trimEnd()
    .split('\n')
    .map(line => line.trim().split(/ +/))
