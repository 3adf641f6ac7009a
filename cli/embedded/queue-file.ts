import type { QueueName } from '../../shared/wiring.ts'

/** What a queue of the wiring is called in this process. */
export const queueFile = (name: QueueName): string => `${name}.fifo`
