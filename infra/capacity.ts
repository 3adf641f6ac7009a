import * as z from 'zod'
import {
  type FunctionName,
  type FunctionWiring,
  functions,
  type QueueName,
  type QueueWiring,
  queues,
  schedules,
} from '../shared/wiring.ts'

const functionNames = Object.keys(functions) as [FunctionName, ...FunctionName[]]
const queueNames = Object.keys(queues) as [QueueName, ...QueueName[]]

/** AWS takes no reservation that leaves less than this to all functions without one. */
const leastUnreserved = 100

/** A flood of strangers takes no more of the account than this; one answer serves all scrapers for a minute. */
const scrapesAtOnce = 2

/** How much of the account's memory and concurrency the functions take. */
export const capacityFields = {
  /** How many webhooks are handled at once: a flood can take no more than this of the account's concurrency. */
  webhookConcurrency: z.int().min(1).max(1000).default(20),
  /** False: nothing is reserved, for accounts that may not; a flood of webhooks can then take what other functions need. */
  reserveConcurrency: z.boolean().default(true),
  /** The quota of the account, Lambda's `Concurrent executions`: what is reserved must leave 100 of it. */
  accountConcurrency: z.int().min(1).default(1000),
  /** Of single functions, where their own figures in `shared/wiring.ts` do not fit. */
  functions: z
    .partialRecord(
      z.enum(functionNames),
      z.strictObject({
        memoryMb: z.int().min(256).max(10_240).optional(),
        /** So many invocations at once are kept for it, and it has no more. */
        reservedConcurrency: z.int().min(1).max(10_000).optional(),
      }),
    )
    .default({}),
  /** Of single queues. */
  queues: z
    .partialRecord(
      z.enum(queueNames),
      /** Messages of so many repositories are handled at once. */
      z.strictObject({ maxConcurrency: z.int().min(2).max(1000) }),
    )
    .default({}),
}

const capacitySchema = z.strictObject(capacityFields)

/** What the configuration says of memory and concurrency. */
export type Capacity = z.infer<typeof capacitySchema>

/** A function with the memory that the configuration gives it. */
export const sizedFunction = (name: FunctionName, wiring: FunctionWiring, capacity: Capacity): FunctionWiring => ({
  ...wiring,
  memoryMb: capacity.functions[name]?.memoryMb ?? wiring.memoryMb,
})

/** A queue with the concurrency that the configuration gives it. */
export const sizedQueue = (name: QueueName, wiring: QueueWiring, capacity: Capacity): QueueWiring => ({
  ...wiring,
  maxConcurrency: capacity.queues[name]?.maxConcurrency ?? wiring.maxConcurrency,
})

/** How many invocations of a function are reserved; undefined where none are. Those of `metrics` only where it is asked. */
export function reservedFor(name: FunctionName, capacity: Capacity, hasMetrics: boolean): number | undefined {
  const chosen = capacity.functions[name]?.reservedConcurrency
  if (chosen !== undefined) return chosen
  if (!capacity.reserveConcurrency) return undefined
  if (name === 'webhook') return capacity.webhookConcurrency
  return name === 'metrics' && hasMetrics ? scrapesAtOnce : undefined
}

/** What does not fit into the account, or would throttle what the queues hand over. */
export function capacityComplaints(capacity: Capacity, hasMetrics: boolean): string[] {
  const reserved = functionNames.map(name => [name, reservedFor(name, capacity, hasMetrics) ?? 0] as const)
  const sum = reserved.reduce((total, [, count]) => total + count, 0)
  const room = Math.max(0, capacity.accountConcurrency - leastUnreserved)
  const named = reserved.flatMap(([name, count]) => (count > 0 ? `${name} ${count}` : []))
  const tooMuch =
    sum > room
      ? [
          `config: expected at most ${room} invocations reserved, since AWS keeps ${leastUnreserved} of accountConcurrency ${capacity.accountConcurrency} for functions without, got ${sum} (${named.join(', ')}); have the quota raised, or set reserveConcurrency: false`,
        ]
      : []
  return [...tooMuch, ...functionNames.flatMap(name => throttled(name, capacity))]
}

/** Lambda would refuse what the queue hands over, and each refusal counts as a failure of the message. */
function throttled(name: FunctionName, capacity: Capacity): string[] {
  const reserved = capacity.functions[name]?.reservedConcurrency
  if (reserved === undefined) return []
  const fed = queueNames.filter(queue => queues[queue].consumer === name)
  const schedule = Object.values(schedules).some(({ consumer }) => consumer === name) ? 1 : 0
  const needed = fed.reduce((sum, queue) => sum + sizedQueue(queue, queues[queue], capacity).maxConcurrency, schedule)
  if (reserved >= needed) return []
  return [
    `config.functions.${name}.reservedConcurrency: expected at least ${needed}, for ${[...fed.map(queue => `the queue ${queue}`), ...(schedule ? ['its schedule'] : [])].join(' and ')}, got ${reserved}; lower queues[].maxConcurrency with it`,
  ]
}
