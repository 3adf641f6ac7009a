import type { LeaseRecord } from '../../shared/domain/records/policies.ts'
import type { Store } from '../../shared/ports/store.ts'
import { at } from './records.ts'

/** The lease of one repository, kept as the store keeps it, and a clock that waiting moves. */
export function leaseWorld() {
  let held: LeaseRecord | undefined
  const state = { seconds: 0, taken: 0 }
  const store = {
    takeLease: async (repository: string, owner: string, now: Date, durationMs: number) => {
      if (held && held.owner !== owner && held.expiresAt > now) return undefined
      held = { repository, owner, expiresAt: new Date(now.getTime() + durationMs), token: (held?.token ?? 0) + 1 }
      state.taken += 1
      return held
    },
    releaseLease: async (lease: LeaseRecord) => {
      if (held?.token === lease.token) held = { ...lease, expiresAt: at(-1) }
    },
  } as Store
  const wait = async (ms: number) => {
    state.seconds += ms / 1000
  }
  const deps = { store, now: () => at(state.seconds), wait }
  return { state, deps, take: (owner: string) => store.takeLease('app', owner, at(state.seconds), 12_000) }
}
