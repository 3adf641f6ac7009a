/** A message that its queue gave up, after it was tried too often. */
export interface DeadLetter {
  /** The log of whoever failed on it names it by this `message_id`. */
  readonly id: string
  readonly body: string
  readonly sentAt: Date
}

export interface DeadLetterCounts {
  /** About so many lie among the dead letters. */
  readonly dead: number
  /** About so many of the queue itself are yet to be handled, or are being handled. */
  readonly waiting: number
}

/** The dead letters of one queue of work. */
export interface DeadLetters {
  countDeadLetters(): Promise<DeadLetterCounts>
  /** At most `most`, of each message group no more than its first ten. They are hidden from other readers for seconds. */
  listDeadLetters(most: number): Promise<DeadLetter[]>
  /** Gives all back to their queue, each in the message group that it was in; answers how many. Safe to repeat. */
  redrive(): Promise<number>
}
