import { join } from 'node:path'
import { projectRoot } from '../parts/cache.ts'
import { type Cluster, startCluster } from '../parts/cluster.ts'
import { runKubectl } from '../parts/tools.ts'

/** A cluster that knows the three kinds and lets the pipeline's user do what `rbac.yaml` says, and no more. */
export async function startPipelineCluster(): Promise<Cluster> {
  const cluster = await startCluster()
  const kubectl = async (...args: string[]): Promise<void> => {
    const { exitCode, stderr } = await runKubectl(cluster.kubeconfigPath, args)
    if (exitCode !== 0) throw new Error(`expected kubectl ${args.join(' ')} to succeed: ${stderr}`)
  }
  try {
    await kubectl('apply', '--server-side', '-f', join(projectRoot, 'infra/cluster/crds'))
    await kubectl('wait', '--for=condition=Established', 'crd', '--all')
    for (const file of ['rbac.yaml', 'manual-sync.yaml'])
      await kubectl('apply', '-f', join(projectRoot, 'infra/cluster', file))
    // Started by hand it has one kubeconfig for all functions, so its user is the executor as well.
    await kubectl('create', 'clusterrolebinding', 'one-user', '--clusterrole=shelflife-executor', '--user=shelflife')
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return cluster
}
