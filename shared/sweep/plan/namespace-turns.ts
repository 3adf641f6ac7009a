/** Something to be planned, for a namespace. */
export interface TurnTaker {
  /** `cluster/namespace`: its policies share the time of their namespace. */
  readonly owner: string
  /** Within a namespace the lowest comes first. */
  readonly rank: number
  /** How much it takes to judge one tag by it: of one rank, what is quick comes first. */
  readonly weight: number
  /** When it last had its turn; undefined where it never had one. */
  readonly plannedAt: Date | undefined
}

/** A namespace takes no more of a run of the planner while there are others, whose policies may fall due meanwhile. */
export const namespaceShareMs = 60_000

interface Line<T> {
  readonly owner: string
  readonly waiting: T[]
  readonly plannedMs: number
  spentMs: number
  turns: number
}

/**
 * Who is planned next: whose namespace took least of this run so far, so that none waits for all policies of another; of
 * several the one that was planned least lately.
 */
export class NamespaceTurns<T extends TurnTaker> {
  readonly #lines: readonly Line<T>[]

  /** `lastTurns` says when a namespace (`cluster/namespace`) last had its turn, also by policies that are gone. */
  constructor(takers: readonly T[], lastTurns: ReadonlyMap<string, Date>) {
    this.#lines = [...Map.groupBy(takers, one => one.owner)].map(([owner, own]) => ({
      owner,
      waiting: own.toSorted(byRank),
      plannedMs: msOf(lastTurns.get(owner)),
      spentMs: 0,
      turns: 0,
    }))
  }

  /** Whose turn it is, see {@link took}; undefined where none is left that may have one. */
  next(): T | undefined {
    let first: Line<T> | undefined
    for (const line of this.#lines)
      if (line.waiting.length > 0 && !this.#isSpent(line) && (!first || byTurn(line, first) < 0)) first = line
    if (first === undefined) return undefined
    first.turns += 1
    return first.waiting.shift()
  }

  /** Adds what that turn took. */
  took({ owner }: T, elapsedMs: number): void {
    const line = this.#lines.find(one => one.owner === owner)
    if (line !== undefined) line.spentMs += elapsedMs
  }

  /** Those that had no turn, and whether that is because their namespace had all its time. */
  left(): { readonly taker: T; readonly isSpent: boolean }[] {
    return this.#lines.flatMap(line => line.waiting.map(taker => ({ taker, isSpent: this.#isSpent(line) })))
  }

  #isSpent = ({ spentMs }: Line<T>): boolean => this.#lines.length > 1 && spentMs >= namespaceShareMs
}

const msOf = (at: Date | undefined): number => at?.getTime() ?? Number.NEGATIVE_INFINITY

const byRank = (a: TurnTaker, b: TurnTaker): number =>
  a.rank - b.rank || a.weight - b.weight || compare(msOf(a.plannedAt), msOf(b.plannedAt))

const byTurn = (a: Line<unknown>, b: Line<unknown>): number =>
  a.spentMs - b.spentMs || a.turns - b.turns || compare(a.plannedMs, b.plannedMs) || (a.owner < b.owner ? -1 : 1)

/** Of two that never were, neither is before the other. */
const compare = (a: number, b: number): number => (a === b ? 0 : a - b)
