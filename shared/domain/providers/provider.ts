import type { RegistryFacts } from '../registry-facts.ts'

/** How a registry collects blobs that nothing needs any more. */
export interface GarbageCollection {
  /** With seconds, in UTC; absent where none is scheduled. */
  readonly cron?: string
  /** Images without a tag go with it, also those that were put back by their digest. */
  readonly deletesUntagged: boolean
  /** What was uploaded within so many hours is spared. */
  readonly sparesHours: number
}

/** Where registries of a kind are known to be, by their canonical hosts, whoever names them. */
interface KnownHosts {
  readonly pattern: RegExp
  /** Where it is reached when that is not `https://host`. */
  readonly endpoint?: string
  /** Hosts beside its own whose token realm may receive its credentials. */
  readonly realmHosts?: readonly string[]
  /** Where its own API is when that is not where the registry is; its credential is sent there too. */
  readonly api?: string
}

/**
 * What is known of one kind of registry, whichever of them. What reads it and what deletes there are lists of adapters
 * with the same names, which have to be complete: `registries.ts` and `writers.ts` in `shared/adapters/registry/`.
 */
export interface Provider extends RegistryFacts {
  /**
   * What it is read with: a user name and password, or the role of the functions on AWS. One that has roles reads
   * whoever brings a user name as any other registry does, and deletes for the role alone.
   */
  readonly credential: 'login' | 'role'
  /** True where everybody reads without a credential, and the address in the settings is not that of the API of AWS. */
  readonly isPublic?: true
  /** True where it counts each manifest that it hands out as a pull, for its limits or its own rules. */
  readonly countsPulls: boolean
  /** What one answer of its list has at most. */
  readonly pageSize: number
  readonly hosts?: KnownHosts
  /**
   * Until when images can be put back, in a sentence for people. Only manifests are archived as a rule: configs and
   * layers are the registry's. `collection` is what the registry itself says; undefined where it does not, or not to us.
   */
  restorableUntil(host: string, collection: GarbageCollection | undefined): string
}
