import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { createKubernetesCluster } from '../../../shared/adapters/cluster/kubernetes-cluster.ts'
import type { Cluster as ClusterPort } from '../../../shared/ports/cluster.ts'
import { projectRoot } from '../parts/cache.ts'
import { startCluster } from '../parts/cluster.ts'
import { waitForKinds } from '../parts/kinds.ts'
import type { RunResult } from '../parts/run.ts'
import { runKubectl } from '../parts/tools.ts'
import { waitUntil } from '../parts/wait-until.ts'

/** `evil` may write in namespace evil and nothing else; `dev` likewise in tools. `executor` is `shelflife-executor`. */
export type Person = 'admin' | 'shelflife' | 'executor' | 'evil' | 'dev'

/** A cluster with everything of infra/cluster applied, and people who share it. */
export interface TenantCluster {
  kubeconfigOf(person: Person): string
  kubectl(person: Person, ...args: string[]): Promise<RunResult>
  /** Throws where it is refused. */
  admin(...args: string[]): Promise<void>
  apply(person: Person, object: object): Promise<RunResult>
  isAllowed(person: Person, object: object): Promise<boolean>
  portOf(person: Person): ClusterPort
  stop(): Promise<void>
}

export const rbacFile = join(projectRoot, 'infra/cluster/rbac.yaml')

const kinds = ['repositories', 'registrysecrets', 'imagecleanuppolicies'].map(kind => `${kind}.image.theriseunion.io`)

export const policy = (name: string, namespaces?: readonly string[], namespace = 'tools') => ({
  apiVersion: 'image.theriseunion.io/v1alpha1',
  kind: 'ImageCleanupPolicy',
  metadata: { name, namespace },
  spec: { schedule: '0 3 * * *', keepRecent: 3, ...(namespaces && { namespaces }) },
})

export async function startTenantCluster(): Promise<TenantCluster> {
  const real = await startCluster(['evil', 'dev'])
  const kubeconfigs: Record<Person, string> = {
    admin: real.kubeconfigPath,
    shelflife: real.pipelineKubeconfigPath,
    executor: real.executorKubeconfigPath,
    evil: real.kubeconfigOf('evil'),
    dev: real.kubeconfigOf('dev'),
  }
  const kubectl = (person: Person, ...args: string[]) => runKubectl(kubeconfigs[person], args)
  const cluster: TenantCluster = {
    kubectl,
    kubeconfigOf: person => kubeconfigs[person],
    admin: async (...args) => {
      const { exitCode, stderr } = await kubectl('admin', ...args)
      if (exitCode !== 0) throw new Error(`expected kubectl ${args.join(' ')} to succeed: ${stderr}`)
    },
    apply: (person, object) => runKubectl(kubeconfigs[person], ['apply', '-f', '-'], stringify(object)),
    isAllowed: async (person, object) => {
      const args = ['create', '--dry-run=server', '-f', '-']
      return (await runKubectl(kubeconfigs[person], args, stringify(object))).exitCode === 0
    },
    portOf: person => createKubernetesCluster({ name: 'eu-1', kubeconfig: readFileSync(kubeconfigs[person], 'utf8') }),
    stop: () => real.stop(),
  }
  try {
    await prepare(cluster, real.kubeconfigPath)
  } catch (error) {
    await real.stop()
    throw error
  }
  return cluster
}

async function prepare({ admin, isAllowed }: TenantCluster, kubeconfigPath: string): Promise<void> {
  await admin('apply', '--server-side', '-f', join(projectRoot, 'infra/cluster/crds'))
  await waitForKinds(kubeconfigPath)
  await admin('create', 'namespace', 'shelflife')
  const files = ['admission.yaml', 'manual-sync.yaml'].flatMap(file => ['-f', join(projectRoot, 'infra/cluster', file)])
  await admin('apply', '-f', rbacFile, ...files)
  const verbs = '--verb=create,get,list,delete,patch'
  await admin('create', 'clusterrole', 'tenant', verbs, `--resource=${kinds.join(',')}`)
  for (const namespace of ['evil', 'tools', 'payments', 'bank']) await admin('create', 'namespace', namespace)
  await admin('create', 'rolebinding', 'tenant', '-n', 'evil', '--clusterrole=tenant', '--user=evil')
  await admin('create', 'rolebinding', 'tenant', '-n', 'tools', '--clusterrole=tenant', '--user=dev')
  await waitUntil(() => isAllowed('evil', policy('probe', undefined, 'evil')), { what: 'the rights of evil' })
  await waitUntil(async () => !(await isAllowed('evil', policy('probe', ['payments'], 'evil'))), {
    what: 'the admission policy to take effect',
  })
}
