import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KubernetesObject } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../real/parts/run.ts'
import { pipelines } from '../support/pipelines.ts'
import { read } from './objects.ts'
import { push, type Scene, type World } from './world.ts'

const sample = new URL('../../infra/cluster/samples/repository.yaml', import.meta.url).pathname

/** The kubectl steps of `docs/pipelines`, as they are written there; `path` holds the folder of kubectl. */
export function pipelineScenarios(world: () => World, path: () => string): void {
  describe('a pipeline', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pipeline-'))
    const scene = (): Scene => ({ world: world(), namespace: 'production', repository: 'myapp/myapp' })
    beforeAll(async () => {
      copyFileSync(sample, join(folder, 'repository.yaml'))
      for (const object of around(world().registryHost)) await world().client.create(object)
    })
    afterAll(() => rmSync(folder, { recursive: true }))

    it.each(pipelines.map((pipeline, at) => ({ ...pipeline, version: `v1.3.${at}` })))(
      '$file waits until what it pushed is known, then deploys it',
      async ({ variables, scripts, version }) => {
        const { digest } = await push(scene(), { tag: version, seed: version })
        const kubectlScripts = scripts.filter(({ stage }) => stage === 'update_config' || stage === 'deploy')
        const env = {
          ...variables,
          PATH: path(),
          HOME: folder,
          KUBECONFIG: world().kubeconfigPath,
          VERSION: version,
        }

        for (const { stage, script } of kubectlScripts) {
          const { exitCode, stderr } = await run('sh', ['-e', '-c', script], { env, cwd: folder })
          expect({ stage, exitCode, stderr }).toEqual({ stage, exitCode: 0, stderr: '' })
        }

        expect(kubectlScripts).toHaveLength(2)
        const tracked = await read(scene(), 'Repository', `myapp-${version}`)
        expect(tracked).toMatchObject({ spec: { tag: version }, status: { syncStatus: 'Success', digest } })
        expect(await deployedImage(scene())).toBe(`harbor.example.com/myapp/myapp:${version}`)
      },
    )
  })
}

async function deployedImage({ world, namespace }: Scene): Promise<unknown> {
  const metadata = { namespace, name: 'myapp-deployment' }
  const found = await world.client.read({ apiVersion: 'apps/v1', kind: 'Deployment', metadata })
  const { spec } = found as { spec?: { template?: { spec?: { containers?: { image?: string }[] } } } }
  return spec?.template?.spec?.containers?.[0]?.image
}

/** What a pipeline finds; without replicas a rollout ends where no kubelet starts a Pod. */
function around(domain: string): KubernetesObject[] {
  const namespace = 'production'
  const labels = { app: 'myapp' }
  const containers = [{ name: 'myapp', image: 'harbor.example.com/myapp/myapp:v1.0.0' }]
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'image.theriseunion.io/v1alpha1',
      kind: 'RegistrySecret',
      metadata: { namespace, name: 'harbor-prod' },
      spec: { domain },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace, name: 'myapp-deployment' },
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    },
  ]
  return objects
}
