import { createHttpClient, type HttpClient } from '../http/client.ts'

export interface RegistryPoolOptions {
  readonly endpoint: string
  /** Hosts beside its own whose token realm may receive the credential. */
  readonly realmHosts?: readonly string[] | undefined
  /** True for a registry that the settings name: it may be on loopback or link-local addresses. */
  readonly configured: boolean
  /** PEM. */
  readonly ca?: string | undefined
  readonly insecure?: boolean | undefined
}

/**
 * The sockets for one registry. Of a configured one, its endpoint and its realms may be on this machine or its link;
 * where it redirects to may not.
 */
export const createRegistryPool = (options: RegistryPoolOptions): HttpClient =>
  createHttpClient({
    trustedHosts: options.configured ? [new URL(options.endpoint).host, ...(options.realmHosts ?? [])] : [],
    ca: options.ca,
    insecure: options.insecure,
  })
