import * as z from 'zod'
import { issueText } from '../../../shared/domain/issue-text.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { Deduplication } from './deduplication.ts'
import { Journal } from './journal.ts'
import { type Message, messageAttributesSchema } from './message.ts'
import { type QueueSettings, queueDefinitionSchema } from './queue-definition.ts'

const sentSchema = z.object({
  op: z.literal('send'),
  id: z.string(),
  body: z.string(),
  attributes: messageAttributesSchema.optional(),
  groupId: z.string().optional(),
  deduplicationId: z.string().optional(),
  sequenceNumber: z.string().optional(),
  sentAtMs: z.number(),
  deadLetterSourceArn: z.string().optional(),
  visibleAtMs: z.number(),
  receiveCount: z.number(),
  firstReceivedAtMs: z.number().optional(),
})
const recordSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('queue'), settings: queueDefinitionSchema }),
  sentSchema,
  z.object({ op: z.literal('receive'), ids: z.array(z.string()), atMs: z.number() }),
  z.object({ op: z.literal('delete'), id: z.string() }),
  z.object({
    op: z.literal('deduplicate'),
    key: z.string(),
    messageId: z.string(),
    sequenceNumber: z.string().optional(),
    atMs: z.number(),
  }),
])
type LogRecord = z.infer<typeof recordSchema>

export interface QueueState {
  settings: QueueSettings | undefined
  readonly messages: Map<string, Message>
  readonly deduplication: Deduplication
}

/** How much longer than its live content a log may grow before it is written anew. */
const compactAboveLines = 1000
const compactAboveRatio = 4

/**
 * The life of one queue on disk. Visibility is not written down: the consumer that held a message died with the process that
 * served it, so after a restart what was in flight is visible again at once, with its receive count.
 */
export class QueueLog {
  private readonly journal: Journal

  private constructor(journal: Journal) {
    this.journal = journal
  }

  static open(path: string): { log: QueueLog; state: QueueState } {
    const state: QueueState = { settings: undefined, messages: new Map(), deduplication: new Deduplication() }
    const journal = Journal.open(path, record => {
      const parsed = recordSchema.safeParse(record)
      if (!parsed.success)
        throw new InvalidInputError(`${path} is not a queue log: ${issueText(parsed.error, record, 'a record')}`)
      replay(state, parsed.data)
    })
    return { log: new QueueLog(journal), state }
  }

  defined(settings: QueueSettings): void {
    this.append({ op: 'queue', settings })
  }

  sent(message: Message): void {
    this.append(sentRecord(message))
  }

  received(messages: readonly Message[], atMs: number): void {
    this.append({ op: 'receive', ids: messages.map(message => message.id), atMs })
  }

  deleted(message: Message): void {
    this.append({ op: 'delete', id: message.id })
  }

  /** Writes the log anew when most of it is history. */
  compact(settings: QueueSettings, messages: ReadonlyMap<string, Message>, deduplication: Deduplication): void {
    const liveCount = messages.size + deduplication.size + 1
    if (this.journal.lineCount < Math.max(compactAboveLines, liveCount * compactAboveRatio)) return
    const records: LogRecord[] = [
      { op: 'queue', settings },
      ...deduplication.all().map(entry => ({ op: 'deduplicate' as const, ...entry })),
      ...Array.from(messages.values(), sentRecord),
    ]
    this.journal.rewrite(records)
  }

  close(): void {
    this.journal.close()
  }

  private append(record: LogRecord): void {
    this.journal.append(record)
  }
}

const sentRecord = ({ receiptHandle: _, ...message }: Message): LogRecord => ({ op: 'send', ...message })

const replay = (state: QueueState, record: LogRecord): void => {
  switch (record.op) {
    case 'queue':
      state.settings = record.settings
      return
    case 'send': {
      const { op: _, ...message } = record
      state.messages.set(message.id, message)
      state.deduplication.record(message)
      return
    }
    case 'receive':
      for (const id of record.ids) countReceive(state.messages.get(id), record.atMs)
      return
    case 'delete':
      state.messages.delete(record.id)
      return
    case 'deduplicate':
      state.deduplication.restore(record)
  }
}

const countReceive = (message: Message | undefined, atMs: number): void => {
  if (!message) return
  message.receiveCount += 1
  message.firstReceivedAtMs ??= atMs
  message.visibleAtMs = Math.min(message.visibleAtMs, atMs)
}
