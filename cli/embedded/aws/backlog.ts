import type { Message } from './message.ts'

/**
 * Which messages may be handed out now. Messages stand in groups that are served in order, one batch at a time; in a
 * standard queue every message is a group of its own. Groups that became ready first are served first, so none starves.
 */
export class Backlog {
  private readonly messages = new Map<string, Message>()
  private readonly groups = new Map<string, Map<string, Message>>()
  private readonly ready = new Set<string>()
  private readonly waiting = new Map<string, number>()
  private nextReadyAt = Number.POSITIVE_INFINITY
  private readonly isFifo: boolean

  constructor(isFifo: boolean) {
    this.isFifo = isFifo
  }

  /** When the next waiting group becomes ready: infinity when nothing waits. */
  get nextReadyAtMs(): number {
    return this.nextReadyAt
  }

  /** Groups (messages, in a standard queue) that can be handed out now. */
  readyCount(nowMs: number): number {
    this.promote(nowMs)
    return this.ready.size
  }

  get(id: string): Message | undefined {
    return this.messages.get(id)
  }

  all(): IterableIterator<Message> {
    return this.messages.values()
  }

  add(message: Message, nowMs: number): void {
    const key = this.groupOf(message)
    const group = this.groups.get(key) ?? new Map<string, Message>()
    this.groups.set(key, group.set(message.id, message))
    this.messages.set(message.id, message)
    this.refresh(key, nowMs)
  }

  remove(message: Message, nowMs: number): void {
    const key = this.groupOf(message)
    this.messages.delete(message.id)
    this.groups.get(key)?.delete(message.id)
    this.refresh(key, nowMs)
  }

  /** To be called after a message's visibility has changed. */
  changed(message: Message, nowMs: number): void {
    this.refresh(this.groupOf(message), nowMs)
  }

  /** The next messages to hand out, in order, of at most `maxGroups` groups. Takes nothing away. */
  peek(maxMessages: number, maxGroups: number, nowMs: number): Message[] {
    this.promote(nowMs)
    const found: Message[] = []
    let groupCount = 0
    for (const key of this.ready) {
      if (groupCount === maxGroups || found.length === maxMessages) break
      groupCount += 1
      for (const message of this.groups.get(key)?.values() ?? []) {
        if (found.length === maxMessages || message.visibleAtMs > nowMs) break
        found.push(message)
      }
    }
    return found
  }

  private groupOf(message: Message): string {
    return this.isFifo ? (message.groupId ?? '') : message.id
  }

  private refresh(key: string, nowMs: number): void {
    const group = this.groups.get(key)
    this.waiting.delete(key)
    if (!group || group.size === 0) {
      this.groups.delete(key)
      this.ready.delete(key)
      return
    }
    const readyAt = readyAtOf(group)
    if (readyAt <= nowMs) {
      this.ready.add(key)
      return
    }
    this.ready.delete(key)
    this.waiting.set(key, readyAt)
    this.nextReadyAt = Math.min(this.nextReadyAt, readyAt)
  }

  private promote(nowMs: number): void {
    if (nowMs < this.nextReadyAt) return
    this.nextReadyAt = Number.POSITIVE_INFINITY
    for (const [key, readyAt] of this.waiting) {
      if (readyAt <= nowMs) {
        this.waiting.delete(key)
        this.ready.add(key)
      } else this.nextReadyAt = Math.min(this.nextReadyAt, readyAt)
    }
  }
}

/** A group waits until its first message is visible and none of it is in flight; what was received stands in front. */
const readyAtOf = (group: Map<string, Message>): number => {
  let readyAt = 0
  let isFirst = true
  for (const message of group.values()) {
    if (!isFirst && message.receiptHandle === undefined) break
    readyAt = Math.max(readyAt, message.visibleAtMs)
    isFirst = false
  }
  return readyAt
}
