import type { ServerResponse } from 'node:http'
import { createKubernetesCluster } from '../../../shared/adapters/cluster/kubernetes-cluster.ts'
import type { CustomKind } from '../../../shared/ports/cluster.ts'
import {
  answerJson,
  type ReceivedCall,
  startScriptedApi,
  statusBody,
} from '../../shared/adapters/cluster/scripted-api.ts'
import { noGroups } from '../../shared/adapters/cluster/scripted-cluster.ts'
import type { MemoryCluster } from '../../support/memory-cluster.ts'
import { newCluster } from './about-to-delete.ts'

/** How the server answers in the place of a good answer; undefined lets a call through. */
export type ApiFault = (call: ReceivedCall, response: ServerResponse) => boolean

export interface ServedCluster {
  readonly cluster: MemoryCluster
  /** Until the next call. */
  fail(fault: ApiFault | undefined): void
  /** From now on nothing listens there. */
  stop(): Promise<void>
}

const kinds: Readonly<Record<string, CustomKind>> = {
  repositories: 'Repository',
  registrysecrets: 'RegistrySecret',
  imagecleanuppolicies: 'ImageCleanupPolicy',
}

/** A cluster in memory that is read by the real client from a real server, which can fail; it is written directly. */
export async function serveCluster(): Promise<ServedCluster> {
  const memory = newCluster()
  let fault: ApiFault | undefined
  const api = await startScriptedApi((call, response) => {
    if (!fault?.(call, response)) answer(memory, call, response)
  })
  const options = { name: memory.name, kubeconfig: api.kubeconfig, timeoutMs: 500, retryDelayMs: 1 }
  const { listObjects, findObject, listWorkloads } = createKubernetesCluster(options)
  return {
    cluster: { ...memory, listObjects, findObject, listWorkloads },
    fail: next => {
      fault = next
    },
    stop: api.stop,
  }
}

async function answer(memory: MemoryCluster, { url }: ReceivedCall, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(url, 'http://api')
  const [, namespace, plural = '', name] =
    /v1alpha1(?:\/namespaces\/([^/]+))?\/([a-z]+)(?:\/(.+))?$/.exec(pathname) ?? []
  if (pathname === '/apis') return answerJson(response, 200, noGroups)
  const kind = kinds[plural]
  if (!kind) return answerJson(response, 200, { kind: 'List', metadata: {}, items: [] })
  const objects = await memory.listObjects(kind, namespace === undefined ? {} : { namespace })
  if (name === undefined) return answerJson(response, 200, { kind: `${kind}List`, metadata: {}, items: objects })
  const found = objects.find(object => object.metadata.name === name)
  if (found) return answerJson(response, 200, found)
  answerJson(response, 404, statusBody(404, 'NotFound', { kind: plural, name }))
}
