import type { SyncRequest } from '../domain/events.ts'
import type { SyncCredential } from '../domain/sync-credential.ts'
import type { DueSync } from './plan-sync.ts'
import { boundedTimeoutMs } from './sync-timeout.ts'
import { idOf, type Tracked } from './tracked-object.ts'

/** The repositories that objects track, each with the credentials that they have. */
export function credentialsByRepository(tracked: readonly Tracked[]): Map<string, Set<SyncCredential>> {
  const found = new Map<string, Set<SyncCredential>>()
  for (const one of tracked) {
    const id = idOf(one)
    if (id === undefined || one.registry.problem) continue
    found.set(id, (found.get(id) ?? new Set()).add(one.registry.credential))
  }
  return found
}

export function tagsByRepository(tracked: readonly Tracked[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const one of tracked) {
    const [id, tag] = [idOf(one), one.spec.tag]
    if (id !== undefined && tag !== undefined) found.set(id, (found.get(id) ?? new Set()).add(tag))
  }
  return found
}

/**
 * The syncs that are due. Objects of one repository and credential share one, as soon as any of them is due, and it has
 * the longest time that any of them gives it: nobody can shorten what another waits for.
 */
export function dueRequests(all: readonly { one: Tracked; next: DueSync | undefined }[], now: Date): SyncRequest[] {
  const asking = all.flatMap(({ one: { registry, spec }, next }) =>
    registry.problem ? [] : [{ registry, spec, next }],
  )
  const sharing = Map.groupBy(asking, ({ registry: { domain, path, credential } }) => `${domain}/${path} ${credential}`)
  return [...sharing.values()].flatMap(group => {
    const [first] = group
      .flatMap(({ next, registry }) => (next && next.at <= now ? [{ next, registry }] : []))
      .sort(inTurn)
    if (!first) return []
    const { domain: registry, path: repository, credential } = first.registry
    const { trigger, attempt } = first.next
    const timeoutMs = Math.max(...group.map(({ spec }) => boundedTimeoutMs(spec.timeoutMs)))
    return [{ registry, repository, credential, timeoutMs, trigger, attempt }]
  })
}

interface Due {
  readonly next: DueSync
}

/** One that was asked for by hand goes first, since its attempt must be the one that is made. */
const inTurn = (a: Due, b: Due): number => turnOf(a) - turnOf(b)
const turnOf = ({ next: { trigger, at } }: Due): number => (trigger === 'Manual' ? 0 : at.getTime())
