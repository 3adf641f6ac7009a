import { parseSettings, rulebookOf, type SettingsInput } from '../../../shared/settings.ts'
import { createMemoryCluster } from '../../support/memory-cluster.ts'

export const host = 'harbor.example.com'

/** An installation with one registry of these grants and one cluster, as far as commands about rights read it. */
export function rightsInstallation(registry: Partial<NonNullable<SettingsInput['registries']>[number]>) {
  const settings = parseSettings({
    clusters: [{ name: 'eu-1', kubeconfigSecret: 'kubeconfig' }],
    registries: [{ host, pullSecret: 'reader', ...registry }],
  })
  const cluster = createMemoryCluster('eu-1')
  return { cluster, settings, rulebook: rulebookOf(settings), connectClusters: async () => [cluster] }
}
