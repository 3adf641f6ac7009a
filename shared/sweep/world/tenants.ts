import type { GrantLine, Tenant } from '../../domain/grants/rights.ts'
import { findGrant, hasStanding, isSameTenant } from '../../domain/grants/rights.ts'
import type { OwningNamespace } from '../../domain/name-for-reader.ts'
import { partsOf } from '../../domain/repository-id.ts'
import { type KnownRegistrySecret, serves } from '../../objects/lending.ts'
import type { ClusterNamespace, CustomObject } from '../../ports/cluster.ts'
import type { Rulebook } from '../../settings.ts'

/** Whose an object is. */
export const namespaceOf = ({ cluster, metadata }: Pick<CustomObject, 'cluster' | 'metadata'>): OwningNamespace => ({
  cluster,
  namespace: metadata.namespace,
})

/** What lets a namespace delete below a path. */
export type DeleteRight =
  | { readonly by: 'grant'; readonly line: GrantLine }
  /** The `deleteSecretRef` of a RegistrySecret, its own or one that is lent to it: the registry then authorises. */
  | { readonly by: 'secret'; readonly lender: KnownRegistrySecret }

/**
 * Which namespaces there are, and what each may do: the settings' grants, and the credentials of RegistrySecrets, their
 * own and lent ones.
 */
export class Tenants {
  readonly #rulebook: Rulebook
  readonly #namespaces: ReadonlyMap<string, ClusterNamespace>
  readonly #lenders: ReadonlyMap<string, readonly KnownRegistrySecret[]>

  /** `namespaces` by cluster; `secrets` of all clusters. */
  constructor(
    rulebook: Rulebook,
    namespaces: ReadonlyMap<string, readonly ClusterNamespace[]>,
    secrets: readonly KnownRegistrySecret[],
  ) {
    this.#rulebook = rulebook
    this.#namespaces = new Map(
      [...namespaces].flatMap(([cluster, all]) => all.map(one => [keyOf(cluster, one.name), one] as const)),
    )
    const lending = secrets.filter(({ spec }) => spec.deleteSecretRef !== undefined)
    this.#lenders = Map.groupBy(lending.toSorted(olderFirst), ({ object }) => object.cluster)
  }

  /** Of the namespace as it is now; undefined where there is none of that name. */
  uidOf({ cluster, namespace }: OwningNamespace): string | undefined {
    return this.#namespaces.get(keyOf(cluster, namespace))?.uid
  }

  /** What lets the namespace delete there; undefined where nothing does. A grant is preferred to a credential. */
  deleteRight(of: OwningNamespace, repository: string): DeleteRight | undefined {
    const { registry, path } = partsOf(repository)
    const line = findGrant(this.#rulebook.grantsOf(registry), this.#tenantOf(of), path, 'delete')
    if (line) return { by: 'grant', line }
    if (!this.#rulebook.takesDeleteLogins(registry)) return undefined
    const lenders = (this.#lenders.get(of.cluster) ?? []).filter(
      one => this.#rulebook.canonicalHost(one.spec.domain) === registry && serves(one, of.namespace, path, 'delete'),
    )
    // The namespace did not ask for what is lent to it: its own comes first.
    const lender = lenders.find(one => one.object.metadata.namespace === of.namespace) ?? lenders[0]
    return lender && { by: 'secret', lender }
  }

  /** True where what the namespace's objects track there counts for others. */
  hasStanding(of: OwningNamespace, repository: string): boolean {
    const { registry, path } = partsOf(repository)
    return hasStanding(this.#rulebook.grantsOf(registry), this.#tenantOf(of), path)
  }

  /** True for one namespace, and for two that may delete there by the same line with the same paths. */
  isSame(a: OwningNamespace, b: OwningNamespace, repository: string): boolean {
    const { registry, path } = partsOf(repository)
    return isSameTenant(this.#rulebook.grantsOf(registry), this.#tenantOf(a), this.#tenantOf(b), path)
  }

  /** A namespace that is not known has no labels. */
  #tenantOf({ cluster, namespace }: OwningNamespace): Tenant {
    const { labels = {} } = this.#namespaces.get(keyOf(cluster, namespace)) ?? {}
    return { cluster, name: namespace, labels }
  }
}

/** Asked once for each namespace and repository: a hundred thousand objects are of a few hundred. */
export function perNamespace(
  ask: (of: OwningNamespace, repository: string) => boolean,
): (of: OwningNamespace, repository: string) => boolean {
  const answers = new Map<string, boolean>()
  return (of, repository) => {
    const key = `${of.cluster}/${of.namespace} ${repository}`
    const answer = answers.get(key) ?? ask(of, repository)
    answers.set(key, answer)
    return answer
  }
}

const keyOf = (cluster: string, namespace: string): string => `${cluster}/${namespace}`

const titleOf = ({ object }: KnownRegistrySecret): string => `${object.metadata.namespace}/${object.metadata.name}`

/** The oldest first, so that a login that is lent later displaces none that is in use. */
const olderFirst = (a: KnownRegistrySecret, b: KnownRegistrySecret): number => (orderOf(a) < orderOf(b) ? -1 : 1)

const orderOf = (one: KnownRegistrySecret): string => `${one.object.metadata.creationTimestamp ?? '9'} ${titleOf(one)}`
