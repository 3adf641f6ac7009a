import { createHttpClient, type HttpClient } from '../http/client.ts'
import { defaultMaxConcurrentRequests, HostBudget, withHostBudget } from '../http/host-budget.ts'
import type { Clock } from '../http/retry.ts'

export interface RegistryPoolOptions {
  readonly endpoint: string
  /** Where its own API is, if elsewhere. */
  readonly api?: string | undefined
  /** Hosts beside its own whose token realm may receive the credential. */
  readonly realmHosts?: readonly string[] | undefined
  /** True for a registry that the settings name: it may be on loopback or link-local addresses. */
  readonly configured: boolean
  /** Of one that only a RegistrySecret names: private addresses are refused too. */
  readonly refusePrivateAddresses?: boolean | undefined
  /** PEM. */
  readonly ca?: string | undefined
  readonly insecure?: boolean | undefined
  /** To the registry's own host, of all that this process does there together; default 32. */
  readonly maxConcurrentRequests?: number | undefined
  /** For tests of waiting. */
  readonly clock?: Clock | undefined
  /** After so long without a byte a request ends; default 15 s. */
  readonly stallMs?: number | undefined
}

/** A host has one budget, however many readers and writers this process opens to it. */
const budgets = new Map<string, HostBudget>()

/** The budget of a host; `max` and `clock` are those of its first mention. */
export function hostBudgetOf(host: string, max?: number, clock?: Clock): HostBudget {
  const known = budgets.get(host)
  if (known !== undefined) return known
  const budget = new HostBudget(max, clock)
  budgets.set(host, budget)
  return budget
}

/**
 * The sockets for one registry, within the budgets of the hosts that they lead to. Of a configured registry, its endpoint,
 * its API and its realms may be on this machine or its link; where it redirects to may not.
 */
export function createRegistryPool(options: RegistryPoolOptions): HttpClient {
  const { maxConcurrentRequests = defaultMaxConcurrentRequests, clock } = options
  const own = new URL(options.endpoint).host
  const client = createHttpClient({
    trustedHosts: options.configured
      ? [own, new URL(options.api ?? options.endpoint).host, ...(options.realmHosts ?? [])]
      : [],
    refusePrivateAddresses: options.refusePrivateAddresses,
    ca: options.ca,
    insecure: options.insecure,
    maxSockets: maxConcurrentRequests,
    stallMs: options.stallMs,
  })
  const budgetOf = (host: string) => hostBudgetOf(host, host === own ? maxConcurrentRequests : undefined, clock)
  return withHostBudget(client, budgetOf, clock)
}
