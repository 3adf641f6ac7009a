import type { VirtualClock } from './virtual-clock.ts'

/** What was done in a round, to be told when it fails. */
export interface Journal {
  /** Number of the operation under way, from 1. */
  operation: number
  note(text: string): void
  /** The last lines that hold one of the words. */
  about(words: readonly string[], limit?: number): string[]
}

export function createJournal(clock: VirtualClock): Journal {
  const lines: string[] = []
  return {
    operation: 0,
    note(text) {
      lines.push(`#${this.operation} ${clock.now().toISOString()} ${text}`)
    },
    about: (words, limit = 40) => lines.filter(line => words.some(word => line.includes(word))).slice(-limit),
  }
}
