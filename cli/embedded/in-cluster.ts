import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { InvalidInputError } from '../../shared/errors.ts'
import type { Settings } from '../../shared/settings.ts'

/** Where the kubelet puts what a Pod needs to speak to its cluster. */
export const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount'

/** Under these names the settings find the kubeconfigs of the cluster that the process runs in. */
export const ownClusterSecrets = { reader: 'in-cluster', executor: 'in-cluster-executor' } as const

/** The cluster of the settings that the process is a Pod of, if it is one. */
export const podClusterOf = ({ clusters }: Settings): Settings['clusters'][number] | undefined =>
  clusters.find(({ kubeconfigSecret }) => kubeconfigSecret === ownClusterSecrets.reader)

/** Whom `infra/cluster/rbac.yaml` binds. */
export const ownClusterUsers = { reader: 'shelflife', executor: 'shelflife-executor' } as const

/**
 * Kubeconfigs of the cluster that this process is a Pod of. They name the file of the token and hold none, since the kubelet
 * renews it there. The service account acts as two users, so that only what a sweep does is done with the right to delete.
 * @throws InvalidInputError where this is no Pod
 */
export function inClusterKubeconfigs(folder: string, env: Readonly<Record<string, string | undefined>>) {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = env
  const [tokenFile, authority] = [join(folder, 'token'), join(folder, 'ca.crt')]
  if (host === undefined || !existsSync(tokenFile))
    throw new InvalidInputError(
      `--in-cluster: expected a Pod with a service account: KUBERNETES_SERVICE_HOST, and a token at ${tokenFile}; ${host === undefined ? 'the variable is not set' : 'there is no such file'}`,
    )
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`
  const kubeconfigFor = (user: string): string =>
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'own', cluster: { server, 'certificate-authority': authority } }],
      users: [{ name: user, user: { as: user, 'auth-provider': { name: 'tokenFile', config: { tokenFile } } } }],
      contexts: [{ name: 'own', context: { cluster: 'own', user } }],
      'current-context': 'own',
    })
  return { reader: kubeconfigFor(ownClusterUsers.reader), executor: kubeconfigFor(ownClusterUsers.executor) }
}
