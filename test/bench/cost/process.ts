import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'

export interface ProcessOptions {
  readonly args?: readonly string[]
  readonly nodeArgs?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** A process that answers what it is told, one command after the other. */
export class Process<TCommand> {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (answer: unknown) => void>()
  #lastId = 0
  /** Bytes that it wrote to its log. */
  logBytes = 0
  /** The last of its log. */
  lastLog = ''
  #peakKib = 0
  readonly #watching: NodeJS.Timeout

  private constructor(script: string, { args = [], nodeArgs = [], env = {} }: ProcessOptions) {
    this.#child = fork(script, [...args], {
      execArgv: [...nodeArgs],
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child.on('message', ({ id, answer }: { id: number; answer: unknown }) => this.#waiting.get(id)?.(answer))
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', chunk => this.#note(chunk))
    this.#watching = setInterval(() => this.#look(), 100)
  }

  /** Answers once it is ready, with what it says then. */
  static async start<T>(script: string, options: ProcessOptions): Promise<readonly [Process<T>, unknown]> {
    const started = new Process<T>(script, options)
    return [started, await started.#answerTo(0)]
  }

  /** @throws where it ends instead, with the last of its log */
  tell(command: TCommand): Promise<unknown> {
    this.#lastId += 1
    const answer = this.#answerTo(this.#lastId)
    this.#child.send({ id: this.#lastId, command: command as object })
    return answer
  }

  /** The most memory that it held so far, in MB of 1024 KiB as Lambda counts them; also after it has ended. */
  get peakMb(): number {
    this.#look()
    return this.#peakKib / 1024
  }

  async stop(): Promise<void> {
    clearInterval(this.#watching)
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }

  #note(chunk: Buffer): void {
    this.logBytes += chunk.length
    this.lastLog = (this.lastLog + chunk.toString('utf8')).slice(-4000)
  }

  /** The kernel knows the peak between two looks too. */
  #look(): void {
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
      this.#peakKib = Math.max(this.#peakKib, Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0))
    } catch {
      // It has ended: what was seen last stands.
    }
  }

  #answerTo(id: number): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const onExit = (code: number | null, signal: string | null) =>
      reject(new Error(`the process ended by ${signal ?? code}: ${this.lastLog}`))
    this.#child.once('exit', onExit)
    this.#waiting.set(id, resolve)
    return promise.finally(() => {
      this.#waiting.delete(id)
      this.#child.off('exit', onExit)
    })
  }
}
