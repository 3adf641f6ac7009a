import type { Message } from './message.ts'

const windowMs = 5 * 60 * 1000

export interface DeduplicationEntry {
  readonly key: string
  readonly messageId: string
  readonly sequenceNumber?: string | undefined
  readonly atMs: number
}

/** What a FIFO queue has accepted in the last five minutes, whether or not it was deleted since. */
export class Deduplication {
  private readonly entries = new Map<string, DeduplicationEntry>()

  get size(): number {
    return this.entries.size
  }

  all(): DeduplicationEntry[] {
    return Array.from(this.entries.values())
  }

  find(key: string, nowMs: number): DeduplicationEntry | undefined {
    this.forgetBefore(nowMs - windowMs)
    return this.entries.get(key)
  }

  record(message: Message): void {
    // A dead letter keeps its own deduplication id, and must not be refused for it.
    if (message.deduplicationId === undefined || message.deadLetterSourceArn !== undefined) return
    this.restore({
      key: message.deduplicationId,
      messageId: message.id,
      sequenceNumber: message.sequenceNumber,
      atMs: message.sentAtMs,
    })
  }

  restore({ key, messageId, sequenceNumber, atMs }: DeduplicationEntry): void {
    this.entries.delete(key)
    this.entries.set(key, { key, messageId, sequenceNumber, atMs })
  }

  private forgetBefore(atMs: number): void {
    for (const entry of this.entries.values()) {
      if (entry.atMs > atMs) return
      this.entries.delete(entry.key)
    }
  }
}
