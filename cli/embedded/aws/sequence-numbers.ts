/** Numbers that only grow, also over restarts while the clock does not go back: 20 digits, as SQS sends them. */
export class SequenceNumbers {
  private last = 0n

  next(nowMs: number): string {
    const fromClock = BigInt(nowMs) << 20n
    this.last = fromClock > this.last ? fromClock : this.last + 1n
    return this.last.toString().padStart(20, '0')
  }
}
