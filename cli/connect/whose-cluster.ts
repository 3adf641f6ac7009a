import pMap from 'p-map'
import { handOverText } from '../../shared/adapters/cluster/owner.ts'
import { OtherOwnerError, ShelflifeError } from '../../shared/errors.ts'
import type { InstallationId } from '../../shared/installation-names.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'

/** Whose a cluster is by its Lease. */
export type Whose =
  | { readonly kind: 'own' | 'nobody' }
  | { readonly kind: 'other'; readonly holder: string }
  | { readonly kind: 'unknown'; readonly why: string }

interface Asking {
  readonly findId: () => Promise<InstallationId>
}

/** Reads the Lease once. A command never takes it: a cluster that nobody holds stays nobody's. */
export async function whoseIs(cluster: Cluster, { findId }: Asking): Promise<Whose> {
  if (!cluster.findHolder) return { kind: 'unknown', why: 'nothing tells' }
  try {
    const holder = await cluster.findHolder()
    if (holder === undefined) return { kind: 'nobody' }
    return holder === (await findId()) ? { kind: 'own' } : { kind: 'other', holder }
  } catch (error) {
    if (!(error instanceof ShelflifeError)) throw error
    return { kind: 'unknown', why: error.message }
  }
}

const leasesAtOnce = 8

/** The same of many. */
export const whoseAre = (clusters: readonly Cluster[], asking: Asking) =>
  pMap(clusters, async cluster => ({ cluster, whose: await whoseIs(cluster, asking) }), { concurrency: leasesAtOnce })

/** A line for people where it is not known whose the cluster is: who may not read the Lease may still have the right to what is asked. */
export const doubtOf = (cluster: Cluster, whose: Whose): readonly string[] =>
  whose.kind === 'unknown' && cluster.findHolder
    ? [`whose cluster ${cluster.name} is could not be read: ${whose.why}`]
    : []

/**
 * Answers {@link doubtOf}. @throws OtherOwnerError where it is another's; `undone` says what was not done
 */
export async function refuseOther(cluster: Cluster, installation: Asking, undone: string): Promise<readonly string[]> {
  const whose = await whoseIs(cluster, installation)
  if (whose.kind === 'other') throw otherOwner(cluster.name, whose.holder, await installation.findId(), undone)
  return doubtOf(cluster, whose)
}

/** Says both names, and what to do. */
export const otherOwner = (cluster: string, holder: string, id: InstallationId, undone: string): OtherOwnerError =>
  new OtherOwnerError(
    `cluster ${cluster} belongs to installation ${holder}, and this is ${id}: ${undone}; name the other one, with --aws --installation, --config or --data, or hand the cluster over once that one is stopped for good: ${handOverText(id)}`,
  )
