import { readFileSync } from 'node:fs'
import type { KubernetesObject } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { conditionOf, statusOf, synced, waitForStatus } from './objects.ts'
import { push, type Scene, type World } from './world.ts'

const documented = readFileSync(new URL('./documented.yaml', import.meta.url), 'utf8')

/** The objects of the documentation, letter by letter; they name a registry that only the embedded world has. */
export function documentedScenarios(world: () => World): void {
  describe('the documented objects', () => {
    it('are taken as they stand, and come to the status that is documented', async () => {
      const { client, registryHost } = world()
      const scene: Scene = { world: world(), namespace: 'production', repository: 'myapp/myapp' }
      for (const name of ['production', 'staging'])
        await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
      await client.create({
        apiVersion: 'image.theriseunion.io/v1alpha1',
        kind: 'RegistrySecret',
        metadata: { name: 'harbor-prod', namespace: 'production' },
        spec: { domain: registryHost, provider: 'harbor' },
      } as KubernetesObject)
      const { digest } = await push(scene, { tag: 'v1.0.0' })

      for (const document of parseAllDocuments(documented)) await client.create(document.toJS())
      await synced(scene, 'myapp-v1.0.0')
      const used = await statusOf(scene, 'myapp-v1.0.0', 'its use', status => {
        return conditionOf(status, 'InUse')?.status === 'True'
      })
      const policy = await waitForStatus(scene, 'ImageCleanupPolicy', 'auto-cleanup', 'when it runs', status => {
        return status.nextScheduleTime !== undefined
      })

      expect(used).toMatchObject({ syncStatus: 'Success', digest, usage: { inUse: true } })
      expect(conditionOf(policy, 'Ready')).toMatchObject({ status: 'True', reason: 'Accepted' })
      expect(policy.nextScheduleTime).toMatch(/T02:00:00Z$/)
    })
  })
}
