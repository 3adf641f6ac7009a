import pMap from 'p-map'
import * as z from 'zod'
import { AccessDeniedError, NotFoundError } from '../../errors.ts'
import type { Connection } from './connection.ts'
import { knownKinds } from './custom-kinds.ts'
import type { CustomWorkloads } from './custom-workloads.ts'
import { errorOfGarbage } from './errors.ts'
import { ownerLease } from './owner.ts'
import { ownGroup, resourceText } from './right-text.ts'

/** One right on all namespaces, as a rule of a ClusterRole has it. */
export interface Right {
  readonly verb: string
  /** Empty for the core group. */
  readonly group: string
  readonly resource: string
  readonly subresource?: string
  /** Of one object alone; absent: of all. */
  readonly namespace?: string
  readonly name?: string
}

const ownKinds = ['repositories', 'registrysecrets', 'imagecleanuppolicies']

const each = (verbs: readonly string[], group: string, resources: readonly string[], subresource?: string): Right[] =>
  resources.flatMap(resource =>
    verbs.map(verb => ({ verb, group, resource, ...(subresource !== undefined && { subresource }) })),
  )

const workloadRights = (verb: string): Right[] => [
  ...each([verb], '', ['pods', 'replicationcontrollers']),
  ...each([verb], 'apps', ['deployments', 'replicasets', 'statefulsets', 'daemonsets', 'controllerrevisions']),
  ...each([verb], 'batch', ['jobs', 'cronjobs']),
]

/** What the calls of this folder need; `infra/cluster/rbac.yaml` grants it. */
export const neededRights: { readonly reader: readonly Right[]; readonly executor: readonly Right[] } = {
  reader: [
    ...each(['get', 'list', 'watch', 'patch'], ownGroup, ownKinds),
    ...each(['patch'], ownGroup, ownKinds, 'status'),
    ...each(['get'], '', ['secrets']),
    ...workloadRights('list'),
    ...each(['get', 'list'], '', ['namespaces']),
    ...each(['get', 'create', 'patch'], '', ['events']),
    { verb: 'get', group: 'coordination.k8s.io', resource: 'leases', ...ownerLease },
    ...each(['create'], 'coordination.k8s.io', ['leases']),
  ],
  executor: each(['create', 'delete'], ownGroup, ['repositories']),
}

/** Without these each look of a sweep lists everything: the executor asks what changed. */
export const followRights: readonly Right[] = [...workloadRights('watch'), ...each(['watch'], '', ['namespaces'])]

/** What it needs beside in a cluster that serves these kinds. */
export const customRights: readonly Right[] = knownKinds.flatMap(kind => [
  { verb: 'list', ...kind },
  { verb: 'watch', ...kind },
])

const review = z.object({ status: z.object({ allowed: z.boolean() }) })
const reviewsAtOnce = 8

/**
 * Which of the rights that are needed the kubeconfig's user has not, in words: `list pods`. None where the API server
 * does not answer such questions (403, 404): nothing is claimed that nobody said. Of other projects' kinds those count that
 * the cluster serves.
 */
export async function listMissingRights(
  user: 'reader' | 'executor',
  custom: CustomWorkloads,
  connection: Connection,
): Promise<readonly string[]> {
  const own =
    user === 'executor' ? [...neededRights.reader, ...neededRights.executor, ...followRights] : neededRights.reader
  const served = await listServed(custom)
  const wanted = [...own.map(right => ({ right, note: '' })), ...served.rights]
  try {
    const missing = await pMap(
      wanted,
      async ({ right, note }) => ((await isAllowed(right, connection)) ? [] : [`${textOf(right)}${note}`]),
      { concurrency: reviewsAtOnce },
    )
    return [...missing.flat(), ...served.missing]
  } catch (error) {
    if (error instanceof AccessDeniedError || error instanceof NotFoundError) return []
    throw error
  }
}

async function listServed(
  custom: CustomWorkloads,
): Promise<{ rights: readonly { right: Right; note: string }[]; missing: readonly string[] }> {
  try {
    const rights = (await custom.listServed()).map(kind => ({
      right: { verb: 'list', group: kind.group, resource: kind.resource },
      note: custom.isNamedOnly(kind) ? ' (of clusters[].workloads, by a rule of your own)' : '',
    }))
    return { rights, missing: [] }
  } catch (error) {
    if (error instanceof AccessDeniedError) return { rights: [], missing: ['get /apis'] }
    throw error
  }
}

/** True where the kubeconfig's user has the right, as the API server says. */
export async function isAllowed(right: Right, connection: Connection): Promise<boolean> {
  const action = `ask for the right to ${textOf(right)}`
  const body = await connection.call({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    action,
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: right },
    },
  })
  const parsed = review.safeParse(body)
  if (!parsed.success) throw errorOfGarbage({ cluster: connection.cluster, action }, 'an access review', parsed.error)
  return parsed.data.status.allowed
}

const textOf = ({ verb, group, resource, subresource }: Right): string =>
  `${verb} ${resourceText(group, resource, subresource)}`
