import { dayMs } from '../../../domain/duration.ts'

/** So many digests in a row: one may be gone since its manifest was read. */
const denialsInARow = 3

/** Whether a registry has the referrers API, as far as this process has seen: of one without it every digest would answer 404. */
export class ReferrersApi {
  readonly #now: () => Date
  #denials = 0
  #absentUntilMs = 0

  constructor(now: () => Date) {
    this.#now = now
  }

  /** It answered several times that it is not there, less than a day ago. */
  get isAbsent(): boolean {
    return this.#now().getTime() < this.#absentUntilMs
  }

  /** The same, less than a minute ago: for what is lost where it is there after all. */
  get isAbsentNow(): boolean {
    return this.#now().getTime() < this.#absentUntilMs - dayMs + 60_000
  }

  /** The answer to a request for the referrers of one digest. */
  answered(status: number): void {
    if (status === 200) this.#denials = 0
    if (status !== 404 || this.isAbsentNow || ++this.#denials < denialsInARow) return
    this.#denials = 0
    this.#absentUntilMs = this.#now().getTime() + dayMs
  }
}
