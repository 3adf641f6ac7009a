import type { ServerResponse } from 'node:http'
import { afterEach } from 'vitest'
import type { KindName } from '../../../../shared/adapters/cluster/custom-kinds.ts'
import { createKubernetesCluster } from '../../../../shared/adapters/cluster/kubernetes-cluster.ts'
import type { Cluster } from '../../../../shared/ports/cluster.ts'
import { answerJson, type ReceivedCall, type ScriptedApi, startScriptedApi, statusBody } from './scripted-api.ts'

/** `argoproj.io/v1alpha1/cronworkflows`: a resource with its kind, as a server lists it. */
type Kinds = Readonly<Record<string, string>>

interface Answers {
  /** What is served, in the order of preference; the path of a resource gives its kind. */
  readonly kinds: Kinds
  /** The objects of a resource by its path; none for any other. */
  readonly objects?: Readonly<Record<string, readonly unknown[]>>
  /** Groups whose own server does not answer. */
  readonly stale?: readonly string[]
  /** A server before Kubernetes 1.26: one call for each group and version. */
  readonly isOld?: boolean
  /** Answers in the place of all that; undefined lets a call through. */
  readonly instead?: (call: ReceivedCall, response: ServerResponse) => true | undefined
  /** Of `clusters[].workloads`. */
  readonly workloads?: readonly KindName[]
  readonly timeoutMs?: number
}

const running: ScriptedApi[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map(api => api.stop()))
})

/** A cluster that serves kinds of other projects beside its own, which have no objects, until the test ends. */
export async function clusterServing(answers: Answers): Promise<{ cluster: Cluster; api: ScriptedApi }> {
  const api = await startScriptedApi((call, response) => {
    if (answers.instead?.(call, response)) return
    const { pathname } = new URL(call.url, 'http://api')
    if (call.method === 'POST') return answerJson(response, 201, { status: { allowed: true } })
    if (pathname === '/apis') return answerJson(response, 200, (answers.isOld ? listOf : documentOf)(answers))
    const version = /^\/apis\/([^/]+\/[^/]+)$/.exec(pathname)?.[1]
    if (version) return answerVersion(version, answers, response)
    const items = answers.objects?.[pathname.replace('/apis/', '')] ?? []
    answerJson(response, 200, { kind: 'List', metadata: {}, items })
  })
  running.push(api)
  const { workloads, timeoutMs = 5_000 } = answers
  const options = { name: 'eu-1', kubeconfig: api.kubeconfig, timeoutMs, retryDelayMs: 1, workloads }
  return { api, cluster: createKubernetesCluster(options) }
}

const rowsOf = (kinds: Kinds) =>
  Object.entries(kinds).map(([path, kind]) => {
    const [group = '', version = '', resource = ''] = path.split('/')
    return { group, version, resource, kind }
  })

/** As Kubernetes 1.26 and later answer it. */
function documentOf({ kinds, stale = [] }: Answers) {
  const items = [...Map.groupBy(rowsOf(kinds), row => row.group)].map(([name, rows]) => ({
    metadata: { name, creationTimestamp: null },
    versions: [...Map.groupBy(rows, row => row.version)].map(([version, members]) => ({
      version,
      freshness: stale.includes(name) ? 'Stale' : 'Current',
      resources: members.map(({ resource, kind }) => ({
        resource,
        responseKind: { group: name, version, kind },
        scope: 'Namespaced',
        singularResource: kind.toLowerCase(),
        verbs: ['get', 'list', 'watch'],
      })),
    })),
  }))
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items }
}

function listOf({ kinds }: Answers) {
  const groups = [...Map.groupBy(rowsOf(kinds), row => row.group)].map(([name, rows]) => {
    const versions = [...new Set(rows.map(row => row.version))].map(version => ({
      groupVersion: `${name}/${version}`,
      version,
    }))
    // The list is in no order: the preference stands beside it.
    return { name, versions: versions.toReversed(), preferredVersion: versions[0] }
  })
  return { kind: 'APIGroupList', apiVersion: 'v1', groups }
}

function answerVersion(groupVersion: string, { kinds, stale = [] }: Answers, response: ServerResponse) {
  const rows = rowsOf(kinds).filter(({ group, version }) => `${group}/${version}` === groupVersion)
  if (stale.some(group => groupVersion.startsWith(`${group}/`)))
    return answerJson(response, 503, statusBody(503, 'ServiceUnavailable'))
  const resources = rows.flatMap(({ resource, kind }) => [
    { name: resource, singularName: '', namespaced: true, kind, verbs: ['list'] },
    { name: `${resource}/status`, singularName: '', namespaced: true, kind, verbs: ['get'] },
  ])
  answerJson(response, 200, { kind: 'APIResourceList', groupVersion, resources })
}
