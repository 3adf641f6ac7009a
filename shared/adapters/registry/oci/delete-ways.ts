/** How the delete of what cannot exist was answered; `text` as people read it: `405 UNSUPPORTED`. */
export interface ProbeAnswer {
  readonly status: number
  readonly text: string
}

const countsMs = 3_600_000
const unknownCountsMs = 60_000

interface Probe {
  readonly answer: Promise<ProbeAnswer | undefined>
  untilMs: number
}

/** What a process has seen of how one registry takes deletes, for all of its writers. */
export class DeleteWays {
  /** False once the realm refused a scope with `delete` in it and gave a token for the same without. */
  takesDeleteScope = true
  readonly #now: () => Date
  readonly #probes = new Map<string, Probe>()

  constructor(now: () => Date) {
    this.#now = now
  }

  /**
   * The answer to a probe, asked by the first who wants to know and by nobody else for an hour; a minute where it is not
   * known.
   */
  async answerTo(probe: string, ask: () => Promise<ProbeAnswer | undefined>): Promise<ProbeAnswer | undefined> {
    const known = this.#probes.get(probe)
    if (known !== undefined && this.#now().getTime() < known.untilMs) return known.answer
    const asked: Probe = { answer: ask(), untilMs: this.#now().getTime() + countsMs }
    this.#probes.set(probe, asked)
    try {
      const answer = await asked.answer
      if (answer === undefined) asked.untilMs = this.#now().getTime() + unknownCountsMs
      return answer
    } catch (error) {
      asked.untilMs = 0
      throw error
    }
  }
}
