import { connectAwsWorkloads } from '../../shared/adapters/aws-workloads/connect-aws-workloads.ts'
import { connectClusters, keepClusters } from '../../shared/adapters/cluster/connect-clusters.ts'
import type { SecretStore } from '../../shared/ports/platform.ts'
import { type Settings, withoutDrained } from '../../shared/settings.ts'
import { findVariable, requireVariable } from '../runtime/environment.ts'

/** The clusters are asked for in each invocation: their kubeconfigs are secrets, which change. */
export function openClusters(settings: Settings, secrets: SecretStore, user?: 'reader' | 'executor') {
  const create = keepClusters()
  const installation = requireVariable('installation')
  const roleArn = findVariable('clusterRole')
  return () => connectClusters(withoutDrained(settings), secrets, user, create, installation, roleArn)
}

export const openAwsWorkloads = (settings: Settings) => connectAwsWorkloads(settings)
