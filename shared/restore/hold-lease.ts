import { UnavailableError } from '../errors.ts'
import type { Store } from '../ports/store.ts'
import { withLease } from '../sweep/world/with-lease.ts'

export interface HoldLeaseDeps {
  readonly store: Store
  readonly now: () => Date
  readonly sleep: (ms: number) => Promise<unknown>
}

/** How old an answer may be on which something is still put back. */
const maxAgeMs = 1_000

/**
 * Works while no sweep can work on the repository. `requireLease` renews the lease, and throws when it was lost.
 * @throws UnavailableError when a sweep keeps the repository
 */
export const holdLease = <T>(
  repository: string,
  { store, now, sleep }: HoldLeaseDeps,
  work: (requireLease: () => Promise<void>) => Promise<T>,
): Promise<T> =>
  withLease(repository, { store, now, wait: sleep }, stillHeld => {
    let askedAtMs = Number.NEGATIVE_INFINITY
    let answer = Promise.resolve(true)
    // Workers that ask at once share one answer: each would cost a write.
    return work(async () => {
      const ageMs = now().getTime() - askedAtMs
      if (ageMs < 0 || ageMs > maxAgeMs) {
        askedAtMs = now().getTime()
        answer = stillHeld()
      }
      if (!(await answer))
        throw new UnavailableError(`${repository}: a sweep took it over meanwhile; restore again`, { kind: 'server' })
    })
  })
