import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node'
import { parseAllDocuments } from 'yaml'
import type { Host } from '../embedded/host.ts'
import { pushImage } from '../embedded/registry/push-image.ts'

const versions = ['v1.0.0', 'v1.0.1', 'v1.0.2', 'v1.0.3']

/** The seed document's own objects and a few small images, once: what a user then deletes stays deleted. */
export async function seedDemo(host: Host, dataDir: string): Promise<void> {
  const done = join(dataDir, 'demo-seeded')
  if (existsSync(done)) return
  for (const tag of versions) await pushImage(host.endpoints.registry, { repository: 'myapp/myapp', tag })
  const platforms = ['linux/amd64', 'linux/arm64']
  await pushImage(host.endpoints.registry, { repository: 'library/nginx', tag: '1.21-alpine', platforms })
  await applyDemoObjects(host.kubeconfigPath)
  writeFileSync(done, '')
}

async function applyDemoObjects(kubeconfigPath: string): Promise<void> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfigPath)
  const client = KubernetesObjectApi.makeApiClient(config)
  const text = readFileSync(new URL('./demo.yaml', import.meta.url), 'utf8')
  for (const document of parseAllDocuments(text)) {
    await client.create(document.toJS()).catch(error => {
      if (!(error instanceof Error && 'code' in error && error.code === 409)) throw error
    })
  }
}
