import { amountText } from '../../shared/domain/amount-text.ts'

/** So long what comes is summed up before it is told. */
const quietMs = 10 * 60_000
/** Of a summary; the rest is counted. */
const maxNamed = 10

/** What was pushed or deleted where no Repository object tracks the repository, told once for many events. */
export class UntrackedPushes {
  readonly #now: () => Date
  readonly #repositories = new Set<string>()
  #events = 0
  #toldAtMs = Number.NEGATIVE_INFINITY

  constructor(now: () => Date) {
    this.#now = now
  }

  /** What is to be told now; undefined while it is summed up. The first is told at once. */
  note(repository: string): string | undefined {
    this.#events += 1
    this.#repositories.add(repository)
    return this.due()
  }

  /** The same, of what came before. */
  due(): string | undefined {
    if (this.#events === 0) return undefined
    const nowMs = this.#now().getTime()
    if (nowMs - this.#toldAtMs < quietMs) return undefined
    const text = textOf([...this.#repositories], this.#events)
    this.#repositories.clear()
    this.#events = 0
    this.#toldAtMs = nowMs
    return text
  }
}

function textOf(repositories: readonly string[], events: number): string {
  const named = repositories.slice(0, maxNamed).join(', ')
  const more = repositories.length > maxNamed ? ` and ${repositories.length - maxNamed} more` : ''
  return `${amountText(events, 'event')} of ${amountText(repositories.length, 'repository')} that no Repository object tracks, or whose first sync is yet to come: ${named}${more}; to have them: shelflife track`
}
