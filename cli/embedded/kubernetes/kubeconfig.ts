import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { stringify } from 'yaml'

export interface KubeconfigContent {
  url: string
  /** PEM of the authority that signed the server's certificate. */
  authority: string
  token: string
}

const name = 'shelflife'

/** Writes a kubeconfig whose one context is the embedded cluster, readable by its owner only. */
export async function writeKubeconfig(path: string, content: KubeconfigContent): Promise<void> {
  const authority = Buffer.from(content.authority).toString('base64')
  const text = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: content.url, 'certificate-authority-data': authority } }],
    users: [{ name, user: { token: content.token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  })
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.next`, text, { mode: 0o600 })
  await rename(`${path}.next`, path)
}
