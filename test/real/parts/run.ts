import { spawn } from 'node:child_process'

export interface RunResult {
  stdout: string
  stderr: string
  exitCode: number
}

export interface RunOptions {
  cwd?: string
  /** Replaces the whole environment; absent: the caller's own. */
  env?: NodeJS.ProcessEnv
  /** Written to standard input, which is then closed. */
  input?: string
  /** Kills the command when it takes longer; default 120 s. */
  timeoutMs?: number
}

/** Runs a command to its end; a non-zero exit code is a result, a command that cannot be started or is killed throws. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { promise, resolve, reject } = Promise.withResolvers<RunResult>()
  const timeoutMs = options.timeoutMs ?? 120_000
  const child = spawn(command, args, { cwd: options.cwd, env: options.env, timeout: timeoutMs, killSignal: 'SIGKILL' })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', chunk => stdout.push(chunk))
  child.stderr.on('data', chunk => stderr.push(chunk))
  // A command that ends without reading its input breaks the pipe; its exit code tells the story.
  child.stdin.on('error', () => {})
  child.stdin.end(options.input)
  child.once('error', cause => reject(new Error(`cannot run ${command}: ${cause.message}`, { cause })))
  child.once('close', (exitCode, signal) => {
    const result = { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }
    if (exitCode === null) reject(new Error(`${command} ${args.join(' ')} was ended by ${signal}\n${result.stderr}`))
    else resolve({ ...result, exitCode })
  })
  return promise
}

/** Like `run`, but throws with the command's own output unless it exits with 0; gives what it wrote to stdout. */
export async function runOrThrow(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { stdout, stderr, exitCode } = await run(command, args, options)
  if (exitCode !== 0) {
    throw new Error(
      `expected \`${command} ${args.join(' ')}\` to succeed, it exited with ${exitCode}\n${stderr}${stdout}`,
    )
  }
  return stdout
}
