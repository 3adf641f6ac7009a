import { readFileSync, writeFileSync } from 'node:fs'
import { stringify } from 'yaml'

export interface KubeconfigUser {
  name: string
  token: string
}

/** Writes a kubeconfig file with everything inline, so that it can be copied into a secret as it is. */
export function writeKubeconfig(file: string, server: string, caFile: string, user: KubeconfigUser): void {
  const ca = readFileSync(caFile).toString('base64')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'real', cluster: { server, 'certificate-authority-data': ca } }],
    users: [{ name: user.name, user: { token: user.token } }],
    contexts: [{ name: 'real', context: { cluster: 'real', user: user.name } }],
    'current-context': 'real',
  }
  writeFileSync(file, stringify(config), { mode: 0o600 })
}
