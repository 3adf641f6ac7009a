import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { InvalidInputError, NotFoundError } from '../../../shared/errors.ts'
import { type AwsIdentity, arnOf } from './identity.ts'
import { Queue } from './queue.ts'
import { parseQueueDefinition, type QueueDefinition, type QueueSettings } from './queue-definition.ts'
import { QueueLog } from './queue-log.ts'

const suffix = '.jsonl'

/** All queues of the endpoint. Each one is a log in `folder`; those of an earlier run are served again at once. */
export class Queues {
  private readonly folder: string
  private readonly identity: AwsIdentity
  private readonly now: () => number
  private readonly byName = new Map<string, Queue>()
  private isClosed = false

  constructor(folder: string, identity: AwsIdentity, now: () => number) {
    this.folder = folder
    this.identity = identity
    this.now = now
    mkdirSync(folder, { recursive: true })
    for (const file of readdirSync(folder).filter(name => name.endsWith(suffix)))
      this.open(file.slice(0, -suffix.length))
  }

  /** Makes the queue, or gives an existing one this definition. Its dead-letter queue must be there before it. */
  create(definition: QueueDefinition): Queue {
    const settings = parseQueueDefinition(definition)
    const { name, deadLetter } = settings
    if (deadLetter && !this.byName.has(deadLetter.queue)) {
      throw new InvalidInputError(
        `queue ${name} names the dead-letter queue ${deadLetter.queue}, which does not exist: create that one first`,
      )
    }
    const existing = this.byName.get(name)
    if (!existing) return this.openNew(settings)
    if (!isDeepStrictEqual(existing.settings, settings)) existing.redefine(settings)
    return existing
  }

  find(name: string): Queue | undefined {
    return this.byName.get(name)
  }

  get(name: string): Queue {
    const queue = this.find(name)
    if (!queue) throw new NotFoundError(`queue ${name} does not exist: create it before it is used`)
    return queue
  }

  isDeadLetterQueue(name: string): boolean {
    return [...this.byName.values()].some(({ settings }) => settings.deadLetter?.queue === name)
  }

  names(): string[] {
    return Array.from(this.byName.keys()).sort()
  }

  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    for (const queue of this.byName.values()) queue.close()
  }

  private open(name: string): void {
    const { log, state } = QueueLog.open(join(this.folder, `${name}${suffix}`))
    // A process killed while it made the queue leaves a log without even the definition.
    if (state.settings) this.byName.set(name, new Queue(state.settings, log, state, this.depsOf(name)))
    else log.close()
  }

  private openNew(settings: QueueSettings): Queue {
    const { log, state } = QueueLog.open(join(this.folder, `${settings.name}${suffix}`))
    log.defined(settings)
    const queue = new Queue(settings, log, state, this.depsOf(settings.name))
    this.byName.set(settings.name, queue)
    return queue
  }

  private depsOf(name: string) {
    const arn = arnOf(this.identity, 'sqs', name)
    return {
      arn,
      now: this.now,
      sendToDeadLetters: (deadLetterQueue: string, message: Parameters<Queue['acceptDeadLetter']>[0]) =>
        this.get(deadLetterQueue).acceptDeadLetter(message, arn),
    }
  }
}
