import type { FreedBytes } from './bytes-freed.ts'

type Combine = (one: number, other: number) => number

/** Nothing, as a sum to begin with. */
export const nothingFreed: FreedBytes = {
  total: 0,
  byRepository: new Map(),
  byNamespace: new Map(),
  byRegistry: new Map(),
}

/** What was freed beyond what was freed before. What came into use again meanwhile is not taken back. */
export const freedSince = (before: FreedBytes, now: FreedBytes): FreedBytes =>
  combined(now, before, (freed, known) => Math.max(0, freed - known))

/** Both together. */
export const freedTogether = (one: FreedBytes, other: FreedBytes): FreedBytes =>
  combined(one, other, (bytes, more) => bytes + more)

const combined = (one: FreedBytes, other: FreedBytes, combine: Combine): FreedBytes => ({
  total: combine(one.total, other.total),
  byRepository: combinedShares(one.byRepository, other.byRepository, combine),
  byNamespace: combinedShares(one.byNamespace, other.byNamespace, combine),
  byRegistry: combinedShares(one.byRegistry, other.byRegistry, combine),
})

/** An owner with nothing is absent. */
function combinedShares(
  one: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>,
  combine: Combine,
): ReadonlyMap<string, number> {
  const owners = new Set([...one.keys(), ...other.keys()])
  const shares = [...owners].map(owner => [owner, combine(one.get(owner) ?? 0, other.get(owner) ?? 0)] as const)
  return new Map(shares.filter(([, bytes]) => bytes > 0))
}
