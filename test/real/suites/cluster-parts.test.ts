import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { projectRoot } from '../parts/cache.ts'
import { type Cluster, startCluster } from '../parts/cluster.ts'
import { waitForKinds } from '../parts/kinds.ts'
import { runKubectl } from '../parts/tools.ts'
import { waitUntil } from '../parts/wait-until.ts'

let cluster: Cluster
beforeAll(async () => {
  cluster = await startCluster()
})
afterAll(() => cluster?.stop())

const admin = (args: string[], input?: string) => runKubectl(cluster.kubeconfigPath, args, input)

it('is the version it says it is', async () => {
  const { stdout } = await admin(['version', '-o', 'json'])

  expect(JSON.parse(stdout)).toMatchObject({ serverVersion: { gitVersion: expect.stringMatching(/^v1\.\d+\.\d+$/) } })
})

it('establishes the three kinds, also for who begins to wait before there is one', async () => {
  const established = waitForKinds(cluster.kubeconfigPath)
  const applied = await admin(['apply', '--server-side', '-f', join(projectRoot, 'infra/cluster/crds')])
  await established

  expect(applied).toMatchObject({ exitCode: 0 })
  expect((await admin(['get', 'crd', '-o', 'name'])).stdout.trim().split('\n')).toHaveLength(3)
})

it('gives the pipeline only what it is granted', async () => {
  const list = () => runKubectl(cluster.pipelineKubeconfigPath, ['get', 'configmaps', '-n', 'default'])
  const before = await list()
  await admin(['create', 'clusterrolebinding', 'seen', '--clusterrole=view', '--user=shelflife'])

  const after = await waitUntil(async () => ((await list()).exitCode === 0 ? list() : undefined), {
    what: 'the grant to take effect',
  })

  expect(before.stderr).toContain('User "shelflife" cannot list resource "configmaps"')
  expect(after.exitCode).toBe(0)
})

it('rolls a Deployment out down to its Pods', async () => {
  await admin(['create', 'deployment', 'app', '--image=registry.example.com/app:v1', '--replicas=2'])

  const pods = await waitUntil(
    async () => {
      const { stdout } = await admin(['get', 'pods', '-l', 'app=app', '-o', 'name'])
      return stdout.trim().split('\n').length === 2 && stdout
    },
    { what: 'two Pods' },
  )

  expect(pods).toMatch(/^pod\/app-/)
})
