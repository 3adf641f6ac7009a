import { join } from 'node:path'
import { manualSyncAnnotation } from '../../../shared/reconcile/annotations.ts'
import { projectRoot } from '../parts/cache.ts'
import { type Cluster, startCluster } from '../parts/cluster.ts'
import { waitForKinds } from '../parts/kinds.ts'
import { runKubectl } from '../parts/tools.ts'
import { waitUntil } from '../parts/wait-until.ts'

/** A cluster that knows the three kinds and lets the pipeline's user do what `rbac.yaml` says, and no more. */
export async function startPipelineCluster(): Promise<Cluster> {
  const cluster = await startCluster()
  const kubectl = async (...args: string[]): Promise<void> => {
    const { exitCode, stderr } = await runKubectl(cluster.kubeconfigPath, args)
    if (exitCode !== 0) throw new Error(`expected kubectl ${args.join(' ')} to succeed: ${stderr}`)
  }
  try {
    await kubectl('apply', '--server-side', '-f', join(projectRoot, 'infra/cluster/crds'))
    await waitForKinds(cluster.kubeconfigPath)
    for (const file of ['rbac.yaml', 'manual-sync.yaml'])
      await kubectl('apply', '-f', join(projectRoot, 'infra/cluster', file))
    await waitUntil(() => isCounted(cluster), { what: 'the cluster to count syncs asked by hand' })
    // Started by hand it has one kubeconfig for all functions, so its user is the executor as well.
    await kubectl('create', 'clusterrolebinding', 'one-user', '--clusterrole=shelflife-executor', '--user=shelflife')
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return cluster
}

/** For some seconds after the kinds are made, a server whose policies change objects of them refuses those with 503. */
async function isCounted({ kubeconfigPath }: Cluster): Promise<boolean> {
  const probe = {
    apiVersion: 'image.theriseunion.io/v1alpha1',
    kind: 'Repository',
    metadata: { name: 'probe', namespace: 'default', annotations: { [manualSyncAnnotation]: 'true' } },
    spec: { repository: 'team/app', tag: 'v1', registryRef: { name: 'registry' } },
  }
  const args = ['create', '--dry-run=server', '-o', 'jsonpath={.spec.syncRequests}', '-f', '-']
  const { exitCode, stdout } = await runKubectl(kubeconfigPath, args, JSON.stringify(probe))
  return exitCode === 0 && stdout === '1'
}
