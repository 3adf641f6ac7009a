import { randomUUID } from 'node:crypto'
import { CoreV1Api, KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node'
import type { Cluster, CustomKind, CustomObject } from '../../shared/ports/cluster.ts'
import { repository } from './cluster-manifests.ts'

/** A cluster with the three custom resource definitions installed, and the way in for the test's own hands. */
export interface ClusterFixture {
  readonly cluster: Cluster
  /** YAML text of a user who may do everything. */
  readonly kubeconfig: string
  readonly stop?: () => Promise<void>
}

/** The test's own way into the cluster, beside the port: as a user with kubectl would act. */
export interface ClusterHands {
  readonly objects: KubernetesObjectApi
  readonly core: CoreV1Api
  /** Creates a namespace that no other run uses. */
  freshNamespace(): Promise<string>
  /** Creates a Repository and reads it through the port. */
  created(namespace: string, name: string, spec: object): Promise<CustomObject>
  /** Reads through the port an object that must be there. */
  read(namespace: string, name: string, kind: CustomKind): Promise<CustomObject>
}

export function createHands({ cluster, kubeconfig }: ClusterFixture): ClusterHands {
  const config = new KubeConfig()
  config.loadFromString(kubeconfig)
  const objects = KubernetesObjectApi.makeApiClient(config)
  const read = async (namespace: string, name: string, kind: CustomKind) => {
    const found = await cluster.findObject(kind, namespace, name)
    if (found === undefined) throw new Error(`expected ${kind} ${name}, got none`)
    return found
  }
  return {
    objects,
    core: config.makeApiClient(CoreV1Api),
    read,
    freshNamespace: async () => {
      const name = `contract-${randomUUID().slice(0, 8)}`
      await objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
      return name
    },
    created: async (namespace, name, spec) => {
      await objects.create(repository(namespace, name, spec))
      return read(namespace, name, 'Repository')
    },
  }
}
