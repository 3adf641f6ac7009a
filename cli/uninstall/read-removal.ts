import pMap from 'p-map'
import { ShelflifeError } from '../../shared/errors.ts'
import type { Cluster } from '../../shared/ports/cluster.ts'
import { webhookSecretsOf } from '../../shared/settings.ts'
import type { Installation } from '../connect/installation.ts'

/** What a cluster holds of an installation: objects of each kind, or why that is not known. */
export interface ClusterRemains {
  readonly cluster: string
  readonly objects: { readonly repositories: number; readonly secrets: number; readonly policies: number } | string
}

/** What a removal is made of. */
export interface Removal {
  /** Absent of an installation on this machine. */
  readonly deployed?: NonNullable<Installation['deployed']>
  readonly clusters: readonly ClusterRemains[]
  /** Registries that are told where to send their webhooks. */
  readonly webhooks: readonly string[]
  /** Ids of the secrets that the settings name. */
  readonly secrets: readonly string[]
}

type RemovedInstallation = Pick<Installation, 'settings' | 'connectClusters' | 'deployed'>

const clustersAtOnce = 8

export async function readRemoval(installation: RemovedInstallation): Promise<Removal> {
  const { settings, deployed } = installation
  const clusters = await pMap(await installation.connectClusters(), remainsOf, { concurrency: clustersAtOnce })
  const drained = settings.clusters.filter(one => one.drained)
  const secrets = [
    ...settings.clusters.flatMap(one => [one.kubeconfigSecret, one.executorKubeconfigSecret]),
    ...settings.registries.flatMap(one => [one.pullSecret, one.deleteSecret]),
    ...settings.notifications.map(one => (one.kind === 'email' ? undefined : one.secret)),
    ...webhookSecretsOf(settings),
    settings.metrics?.secret,
  ]
  return {
    ...(deployed && { deployed }),
    clusters: [...clusters, ...drained.map(({ name }) => ({ cluster: name, objects: 'it is drained, and not asked' }))],
    webhooks: [...new Set(settings.webhooks.map(({ registry }) => registry))],
    secrets: [...new Set(secrets.filter(id => id !== undefined))],
  }
}

async function remainsOf(cluster: Cluster): Promise<ClusterRemains> {
  try {
    const [repositories, secrets, policies] = await Promise.all([
      cluster.listObjects('Repository'),
      cluster.listObjects('RegistrySecret'),
      cluster.listObjects('ImageCleanupPolicy'),
    ])
    const objects = { repositories: repositories.length, secrets: secrets.length, policies: policies.length }
    return { cluster: cluster.name, objects }
  } catch (error) {
    if (!(error instanceof ShelflifeError)) throw error
    return { cluster: cluster.name, objects: error.message }
  }
}
