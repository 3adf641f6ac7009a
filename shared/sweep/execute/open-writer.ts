import { missingGrantText } from '../../domain/grants/missing-grant.ts'
import { credentialFor } from '../../domain/pull-credentials.ts'
import { isRegistryOutcome } from '../../domain/sync-reason.ts'
import { ShelflifeError } from '../../errors.ts'
import { parseDockerConfig } from '../../objects/docker-config.ts'
import type { KnownRegistrySecret } from '../../objects/lending.ts'
import type { Policy } from '../../objects/policy-object.ts'
import type { Cluster } from '../../ports/cluster.ts'
import type { SweepRequest } from '../../ports/messaging.ts'
import type { RegistryCredential, RegistryWriter } from '../../ports/registry.ts'
import type { Rulebook } from '../../settings.ts'
import { readTenants, unreadText } from '../world/cluster-lists.ts'
import { type DeleteRight, namespaceOf, type Tenants } from '../world/tenants.ts'
import { noArchiveText } from '../world/unarchivable.ts'

export interface WriterDeps {
  readonly writerFor: (registry: string, options?: { credential?: RegistryCredential }) => Promise<RegistryWriter>
  readonly rulebook: Rulebook
}

/** What a right is compared with: the policy and the namespaces as they are now. */
export interface FreshRights {
  readonly policy: Policy
  readonly tenants: Tenants
}

/** A writer with what gave the right to it. */
export interface OpenedWriter {
  readonly writer: RegistryWriter
  /**
   * True where the registry is asked with the credential of a namespace, whose denials do not mean that something is
   * gone.
   */
  readonly isTenants: boolean
  /** Why the right is gone, on what was just read; undefined while it stands. */
  lostRight(fresh: FreshRights): Promise<string | undefined>
}

/**
 * The writer that a policy may use in a repository, by rights that are read now: with the installation's credential where
 * a grant gives it to the policy's own namespace, else with the Secret of a `deleteSecretRef`, which is read here and kept
 * nowhere. Or why there is none.
 */
export async function openWriter(
  { registry, repository: path }: SweepRequest,
  policy: Policy,
  cluster: Cluster,
  deps: WriterDeps,
): Promise<OpenedWriter | { readonly problem: string }> {
  if (!policy.spec.targets.includes('RegistryArtifact')) return withoutRight(await deps.writerFor(registry))
  const opened = await openByRight({ registry, repository: path }, policy, cluster, deps)
  if ('problem' in opened) return { problem: `${keptText}${opened.problem}` }
  if (policy.spec.action === 'Archive' && opened.writer.archive === undefined)
    return { problem: `${keptText}${noArchiveText(`${registry}/${path}`)}` }
  return opened
}

const keptText = 'kept everything: '

/**
 * The same for whatever a policy may do in a registry, whatever its targets are: by the right to delete there alone. The
 * problem is why there is none.
 */
export async function openByRight(
  { registry, repository: path }: Pick<SweepRequest, 'registry' | 'repository'>,
  policy: Policy,
  cluster: Cluster,
  deps: WriterDeps,
): Promise<OpenedWriter | { readonly problem: string }> {
  const repository = `${registry}/${path}`
  const tenants = await readTenants(cluster, deps.rulebook).catch(unreadable)
  if (tenants instanceof ShelflifeError)
    return { problem: unreadText(new Map([[cluster.name, tenants]])) ?? tenants.message }
  const asks = namespaceOf(policy.object)
  const right = tenants.deleteRight(asks, repository)
  if (!right)
    return { problem: missingGrantText(registry, { cluster: cluster.name, name: asks.namespace }, path, 'delete') }
  const login = right.by === 'secret' ? await readLogin(right.lender, path, cluster) : undefined
  if (login !== undefined && 'problem' in login) return login
  const writer = await deps.writerFor(registry, login && { credential: login })
  return {
    writer,
    isTenants: right.by === 'secret',
    lostRight: async ({ tenants: fresh }) => {
      const still = fresh.deleteRight(asks, repository)
      if (still === undefined || !isSameRight(right, still))
        return 'stopped: the right to delete here was taken back or changed; the next attempt looks again'
      const now = still.by === 'secret' ? await readLogin(still.lender, path, cluster) : undefined
      if (now !== undefined && 'problem' in now) return `${keptText}${now.problem}`
      return JSON.stringify(now) === JSON.stringify(login)
        ? undefined
        : 'stopped: the credential was changed; the next attempt uses the new one'
    },
  }
}

function unreadable(error: unknown): ShelflifeError {
  if (!(error instanceof ShelflifeError)) throw error
  return error
}

/**
 * To read with, for a policy that deletes nothing in the registry. Its right to delete was never asked for: were its
 * targets changed under way, it could delete with the installation's credential where only its own may.
 */
const withoutRight = (writer: RegistryWriter): OpenedWriter => ({
  writer,
  isTenants: false,
  lostRight: async ({ policy }) =>
    policy.spec.targets.includes('RegistryArtifact')
      ? 'stopped: the targets of the policy were changed; the next attempt looks again'
      : undefined,
})

const isSameRight = (given: DeleteRight, now: DeleteRight): boolean =>
  given.by === 'grant'
    ? now.by === 'grant'
    : now.by === 'secret' && now.lender.object.metadata.uid === given.lender.object.metadata.uid

async function readLogin(
  { object, spec }: KnownRegistrySecret,
  path: string,
  cluster: Cluster,
): Promise<RegistryCredential | { readonly problem: string }> {
  const { namespace, name } = object.metadata
  const secret = spec.deleteSecretRef?.name ?? ''
  const expected = `expected a Secret ${secret} with an entry for ${spec.domain}, as deleteSecretRef of RegistrySecret ${namespace}/${name} names it`
  const data = await cluster.findSecret(namespace, secret)
  if (data === undefined) return { problem: expected }
  try {
    return credentialFor(parseDockerConfig(data, spec.domain), path) ?? { problem: expected }
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    return { problem: `${expected}: ${error.message}` }
  }
}
