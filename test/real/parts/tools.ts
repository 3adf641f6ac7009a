import { dirname, join } from 'node:path'
import { cached, readParts } from './cache.ts'
import { type RunOptions, type RunResult, run } from './run.ts'

export type Tool = 'crane' | 'regctl' | 'skopeo' | 'jq'

/**
 * Runs a registry tool as a user would, with an empty home folder, so that no credentials or settings of the machine's
 * own user change what is seen. A test that logs in gives a home of its own in `env`.
 */
export function runTool(name: Tool, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const home = cached('home')
  const env = { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: home, ...options.env }
  return run(readParts()[name], args, { ...options, env })
}

/** Runs kubectl with this kubeconfig file; `input` is for `-f -`. */
export function runKubectl(kubeconfigPath: string, args: readonly string[], input?: string): Promise<RunResult> {
  // Beside the kubeconfig: a cache shared by two clusters that had the same port one after the other would lie.
  const cacheDir = join(dirname(kubeconfigPath), 'kubectl-cache')
  const all = ['--kubeconfig', kubeconfigPath, '--cache-dir', cacheDir, ...args]
  const env = { PATH: process.env.PATH, HOME: cached('home') }
  return run(readParts().kubectl, all, input === undefined ? { env } : { env, input })
}
