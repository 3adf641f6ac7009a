import { Logger } from '@aws-lambda-powertools/logger'
import { connectClusters, keepClusters } from '../../shared/adapters/cluster/connect-clusters.ts'
import { createKubernetesCluster } from '../../shared/adapters/cluster/kubernetes-cluster.ts'
import type { SecretStore } from '../../shared/ports/platform.ts'
import { type Settings, withoutDrained } from '../../shared/settings.ts'
import type { FunctionName } from '../../shared/wiring.ts'
import { findVariable, requireVariable } from '../runtime/environment.ts'

/** The clusters are asked for in each invocation: their kubeconfigs are secrets, which change. */
export function openClusters(
  serviceName: FunctionName,
  settings: Settings,
  secrets: SecretStore,
  user?: 'reader' | 'executor',
) {
  const log = new Logger({ serviceName })
  const onUndeclared = (message: string) => log.warn(message)
  const create = keepClusters(options => createKubernetesCluster({ ...options, onUndeclared }))
  const installation = requireVariable('installation')
  const roleArn = findVariable('clusterRole')
  return () => connectClusters(withoutDrained(settings), secrets, user, create, installation, roleArn)
}
