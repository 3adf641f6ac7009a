import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKubernetes } from '../../../../cli/embedded/kubernetes/start-kubernetes.ts'
import { createKubernetesCluster } from '../../../../shared/adapters/cluster/kubernetes-cluster.ts'
import { clusterContract } from '../../../contract/cluster.ts'

const crds = ['repositories', 'registrysecrets', 'imagecleanuppolicies'].map(plural =>
  join(import.meta.dirname, `../../../../infra/cluster/crds/${plural}.yaml`),
)

clusterContract('embedded Kubernetes API', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shelflife-cluster-'))
  const kubeconfigPath = join(folder, 'kubeconfig.yaml')
  const options = { dataDir: join(folder, 'data'), kubeconfigPath, crds }
  // After a restart a server has forgotten which changes there were before.
  await (await startKubernetes(options)).close()
  const api = await startKubernetes(options)
  const kubeconfig = await readFile(kubeconfigPath, 'utf8')
  return {
    kubeconfig,
    cluster: createKubernetesCluster({ name: 'eu-1', kubeconfig, shortList: 0 }),
    stop: async () => {
      await api.close()
      await rm(folder, { recursive: true })
    },
  }
})
