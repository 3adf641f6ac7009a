import * as z from 'zod'
import { ConflictError, NotFoundError, OtherOwnerError, ShelflifeError } from '../../errors.ts'
import type { Connection } from './connection.ts'
import { errorOfGarbage, isObjectMissing } from './errors.ts'

/** The Lease that says whose a cluster is. In a namespace that each cluster has. */
export const ownerLease = { namespace: 'default', name: 'shelflife' } as const

const leasesPath = `/apis/coordination.k8s.io/v1/namespaces/${ownerLease.namespace}/leases`
const leasePath = `${leasesPath}/${ownerLease.name}`

/** An answer counts for so long, so that a process asks no more than once a minute. */
const maxAgeMs = 60_000

const wireLease = z.object({ spec: z.object({ holderIdentity: z.string().nullish() }).nullish() })

/** Whether the installation of a process may work in a cluster. */
export interface ClusterOwner {
  /** @throws OtherOwnerError where the cluster is another installation's */
  refuseOther(): Promise<void>
  /** The same, and whatever keeps it from being known whose the cluster is. */
  requireOwn(): Promise<void>
}

/**
 * The one installation that works in a cluster is the holder of its Lease. What nobody holds is taken at the first look; what
 * another holds stays its own, however long that one is silent: nothing tells one that is gone from one that cannot be
 * reached, and two owners would each delete what the other keeps.
 */
export function createOwner(installation: string, connection: Connection, now: () => Date): ClusterOwner {
  let askedAt = Number.NEGATIVE_INFINITY
  let answer: Promise<ShelflifeError | undefined> | undefined
  const problem = () => {
    const ageMs = now().getTime() - askedAt
    if (answer && ageMs >= 0 && ageMs < maxAgeMs) return answer
    askedAt = now().getTime()
    answer = ownerProblem(installation, connection, now)
    return answer
  }
  return {
    refuseOther: async () => {
      const error = await problem()
      if (error instanceof OtherOwnerError) throw error
    },
    requireOwn: async () => {
      const error = await problem()
      if (error) throw error
    },
  }
}

async function ownerProblem(
  installation: string,
  connection: Connection,
  now: () => Date,
): Promise<ShelflifeError | undefined> {
  try {
    const holder = (await findHolder(connection)) ?? (await takeLease(installation, connection, now))
    return holder === installation ? undefined : otherOwner(holder, installation, connection.cluster)
  } catch (error) {
    if (!(error instanceof ShelflifeError)) throw error
    return error
  }
}

/** Undefined where there is no Lease. One without a holder is nobody's to take: somebody made it so. */
export async function findHolder(connection: Connection): Promise<string | undefined> {
  const action = 'read whose the cluster is'
  try {
    const parsed = wireLease.safeParse(await connection.call({ method: 'GET', path: leasePath, action }))
    if (!parsed.success) throw errorOfGarbage({ cluster: connection.cluster, action }, 'a Lease', parsed.error)
    return parsed.data.spec?.holderIdentity || 'nobody'
  } catch (error) {
    if (isObjectMissing(error)) return undefined
    throw error
  }
}

/** Of two that take it at once one does: the other finds it taken. */
async function takeLease(installation: string, connection: Connection, now: () => Date): Promise<string> {
  const { name, namespace } = ownerLease
  try {
    await connection.call({
      method: 'POST',
      path: leasesPath,
      action: 'note whose the cluster is',
      query: { fieldManager: connection.fieldManager },
      body: {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace },
        // MicroTime, in which six digits are expected.
        spec: { holderIdentity: installation, acquireTime: now().toISOString().replace('Z', '000Z') },
      },
    })
    return installation
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error
    const holder = await findHolder(connection)
    if (holder === undefined) throw new NotFoundError(`cluster ${connection.cluster}: the Lease ${name} came and went`)
    return holder
  }
}

const otherOwner = (holder: string, installation: string, cluster: string): OtherOwnerError =>
  new OtherOwnerError(
    `cluster ${cluster} belongs to installation ${holder}, and this is ${installation}, which leaves it alone; to hand it over: ${handOverText(installation)}`,
  )

/** The command of a person that makes a cluster this installation's. */
export const handOverText = (installation: string): string =>
  `kubectl patch lease ${ownerLease.name} -n ${ownerLease.namespace} --type merge -p '${JSON.stringify({ spec: { holderIdentity: installation } })}'`
