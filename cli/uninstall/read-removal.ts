import pMap from 'p-map'
import { ShelflifeError } from '../../shared/errors.ts'
import type { InstallationId } from '../../shared/installation-names.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import { webhookSecretsOf } from '../../shared/settings.ts'
import type { Installation } from '../connect/installation.ts'
import { type Whose, whoseIs } from '../connect/whose-cluster.ts'
import { podClusterOf } from '../embedded/in-cluster.ts'

/** What a cluster holds of an installation: objects of each kind, or why that is not known. */
export interface ClusterRemains {
  readonly cluster: string
  /** By its Lease. */
  readonly whose: Whose
  readonly objects: { readonly repositories: number; readonly secrets: number; readonly policies: number } | string
}

/** What a removal is made of. */
export interface Removal {
  /** As Leases name it. */
  readonly id: InstallationId
  /** Absent of an installation on this machine. */
  readonly deployed?: NonNullable<Installation['deployed']>
  /** The cluster that the installation is a Pod of. */
  readonly podCluster?: string
  readonly clusters: readonly ClusterRemains[]
  /** Registries that are told where to send their webhooks. */
  readonly webhooks: readonly string[]
  /** Ids of the secrets that the settings name. */
  readonly secrets: readonly string[]
}

type RemovedInstallation = Pick<Installation, 'settings' | 'connectClusters' | 'deployed' | 'findId'>

const clustersAtOnce = 8

export async function readRemoval(installation: RemovedInstallation): Promise<Removal> {
  const { settings, deployed } = installation
  const id = await installation.findId()
  const clusters = await pMap(await installation.connectClusters(), cluster => remainsOf(cluster, id), {
    concurrency: clustersAtOnce,
  })
  const podCluster = deployed ? undefined : podClusterOf(settings)?.name
  const secrets = [
    ...settings.clusters.flatMap(one => [one.kubeconfigSecret, one.executorKubeconfigSecret]),
    ...settings.registries.flatMap(one => [one.pullSecret, one.deleteSecret]),
    ...settings.notifications.map(one => (one.kind === 'email' ? undefined : one.secret)),
    ...webhookSecretsOf(settings),
    settings.metrics?.secret,
  ]
  return {
    id,
    ...(deployed && { deployed }),
    ...(podCluster !== undefined && { podCluster }),
    clusters: [...clusters, ...settings.clusters.filter(one => one.drained).map(({ name }) => drainedRemains(name))],
    webhooks: [...new Set(settings.webhooks.map(({ registry }) => registry))],
    secrets: [...new Set(secrets.filter(id => id !== undefined))],
  }
}

const drainedRemains = (cluster: string): ClusterRemains => {
  const why = 'it is drained, and not asked'
  return { cluster, whose: { kind: 'unknown', why }, objects: why }
}

async function remainsOf(cluster: Cluster, id: InstallationId): Promise<ClusterRemains> {
  const [whose, objects] = await Promise.all([whoseIs(cluster, { findId: async () => id }), objectsOf(cluster)])
  return { cluster: cluster.name, whose, objects }
}

async function objectsOf(cluster: Cluster): Promise<ClusterRemains['objects']> {
  try {
    const [repositories, secrets, policies] = await Promise.all([
      cluster.listObjects('Repository'),
      cluster.listObjects('RegistrySecret'),
      cluster.listObjects('ImageCleanupPolicy'),
    ])
    return { repositories: repositories.length, secrets: secrets.length, policies: policies.length }
  } catch (error) {
    return messageOf(error)
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof ShelflifeError)) throw error
  return error.message
}
