import { pathToFileURL } from 'node:url'
import type { Context } from 'aws-lambda'
import { invocationContext } from '../../../cli/embedded/invocation-context.ts'
import type { FunctionName } from '../../../shared/wiring.ts'

/**
 * A process of its own, as Lambda has one for a function: imports the bundle that its first argument names, and runs its
 * handler, as often as it is told to, at a time that is so far ahead of the clock's.
 */

export interface Invoke {
  readonly event: unknown
  readonly aheadMs: number
}

export interface Invoked {
  readonly ms: number
  /** Of the processor. */
  readonly cpuMs: number
  readonly result?: unknown
  readonly error?: string
}

const [, , name, bundle = ''] = process.argv
let aheadMs = 0

const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor(...parts: unknown[]) {
    super(...((parts.length === 0 ? [RealDate.now() + aheadMs] : parts) as [number]))
  }
  static override now(): number {
    return RealDate.now() + aheadMs
  }
} as DateConstructor

const { handler } = (await import(pathToFileURL(bundle).href)) as {
  handler: (event: unknown, context: Context) => Promise<unknown>
}

async function run(invoke: Invoke): Promise<Invoked> {
  aheadMs = invoke.aheadMs
  const before = process.cpuUsage()
  const startedAt = performance.now()
  const ended = () => {
    const { user, system } = process.cpuUsage(before)
    return { ms: performance.now() - startedAt, cpuMs: (user + system) / 1000 }
  }
  try {
    const result = await handler(invoke.event, invocationContext(name as FunctionName))
    return { ...ended(), result }
  } catch (error) {
    return { ...ended(), error: String(error) }
  }
}

// Whoever started it is gone.
process.on('disconnect', () => process.exit())
process.on('message', ({ id, command }: { readonly id: number; readonly command: Invoke }) => {
  void run(command).then(answer => process.send?.({ id, answer }))
})
process.send?.({ id: 0, answer: 'ready' })
