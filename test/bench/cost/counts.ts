/** What was asked of the parts around a function, by name: `table.readUnits`, `sqs.SendMessageBatch`, `kubernetes.bytes`. */
export class Counts {
  readonly #counts = new Map<string, number>()

  add(name: string, amount: number): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + amount)
  }

  /** All of them, which begin anew. */
  take(): Record<string, number> {
    const taken = Object.fromEntries(this.#counts)
    this.#counts.clear()
    return taken
  }
}
