import { dayMs } from '../../../domain/duration.ts'

/** So many digests in a row: one may be gone since its manifest was read. */
const denialsInARow = 3

/** Whether a registry has the referrers API, as far as this process has seen: of one without it every digest would answer 404. */
export class ReferrersApi {
  readonly #now: () => Date
  readonly #countsMs: number
  #denials = 0
  #absentUntilMs = 0

  /** How long its answers count, in milliseconds; default a day. */
  constructor(now: () => Date, countsMs: number = dayMs) {
    this.#now = now
    this.#countsMs = countsMs
  }

  /** It answered several times that it is not there, and that still counts. */
  get isAbsent(): boolean {
    return this.#now().getTime() < this.#absentUntilMs
  }

  /** The answer to a request for the referrers of one digest. */
  answered(status: number): void {
    if (status === 200) this.#denials = 0
    if (status !== 404 || this.isAbsent || ++this.#denials < denialsInARow) return
    this.#denials = 0
    this.#absentUntilMs = this.#now().getTime() + this.#countsMs
  }
}
