import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Installation, startInstallation } from '../../scenarios/installation.ts'
import { listTags, pushTags, type Scene } from '../../scenarios/world.ts'
import { waitUntil } from '../parts/wait-until.ts'
import { type Person, startTenantCluster, type TenantCluster } from './tenant-cluster.ts'

const grants = [{ namespaces: ['payments', 'bank'], repositories: ['{namespace}/**'], may: ['read', 'delete'] }]
const graceMs = 1_000
const apiVersion = 'image.theriseunion.io/v1alpha1'

let cluster: TenantCluster
let installation: Installation
let folder: string
beforeAll(async () => {
  cluster = await startTenantCluster()
  folder = await mkdtemp(join(tmpdir(), 'tenant-attacks-'))
  const grantsFile = join(folder, 'grants.json')
  writeFileSync(grantsFile, JSON.stringify(grants.map(line => ({ clusters: ['local'], ...line }))))
  installation = await startInstallation({
    flags: ['--kubeconfig', cluster.kubeconfigOf('executor'), '--grants', grantsFile],
    adminKubeconfigPath: cluster.kubeconfigOf('admin'),
  })
})
afterAll(async () => {
  await installation?.remove()
  await cluster?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** The three objects of an anonymous reader who sweeps a whole repository as fast as he can. */
async function sweepAs(person: Person, namespace: string, repository: string): Promise<void> {
  const objects = [
    ['RegistrySecret', 'anon', { domain: installation.world.registryHost, provider: 'other' }],
    ['Repository', 'all', { repository, registryRef: { name: 'anon' } }],
    [
      'ImageCleanupPolicy',
      'wipe',
      {
        keepRecent: 0,
        targets: ['RegistryArtifact'],
        gracePeriod: '1s',
        maxDeletionPercent: 100,
        maxDeletionsPerRun: 100_000,
      },
    ],
  ] as const
  for (const [kind, name, spec] of objects)
    expect(await cluster.apply(person, { apiVersion, kind, metadata: { name, namespace }, spec })).toMatchObject({
      exitCode: 0,
    })
  // A run sees what was read before it.
  await cluster.admin(
    'wait',
    '--for=condition=Synced',
    '--timeout=60s',
    'repository.image.theriseunion.io/all',
    '-n',
    namespace,
  )
  const syncedAt = Date.now()
  await waitUntil(() => Date.now() - syncedAt > graceMs, { what: 'the images to be older than the grace period' })
  const request = ['annotate', 'icp', 'wipe', '-n', namespace, 'theriseunion.io/manual-run=1']
  expect(await cluster.kubectl(person, ...request)).toMatchObject({ exitCode: 0 })
}

interface PolicyStatus {
  readonly lastHandledManualRun?: string
  readonly lastRun?: { readonly result: string; readonly deleted: number; readonly message: string }
  readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason: string }[]
}

/** The status of the policy once its run has ended. */
const endedRun = (namespace: string): Promise<PolicyStatus> =>
  waitUntil(
    async () => {
      const { stdout } = await cluster.kubectl('admin', 'get', 'icp', 'wipe', '-n', namespace, '-o', 'json')
      const status: PolicyStatus = JSON.parse(stdout).status ?? {}
      return status.lastHandledManualRun === '1' && status.lastRun?.result !== 'Running' && status
    },
    { what: `the run of ${namespace}/wipe to end` },
  )

const sceneOf = (repository: string): Scene => ({ world: installation.world, namespace: 'payments', repository })

it('tells at the start what the cluster has and what its user may', async () => {
  const said = 'Repository, RegistrySecret, ImageCleanupPolicy are installed; no right is known to be missing'

  await waitUntil(() => readFileSync(installation.logFile, 'utf8').includes(said), { what: `the line ${said}` })
})

it('T1 deletes nothing below a path that is not granted to the namespace, with the least grace and no limit', async () => {
  const victim = sceneOf('payments/api')
  await pushTags(victim, 'v1.0.0', 'v2.0.0')
  const control = sceneOf('bank/api')
  await pushTags(control, 'v1.0.0', 'v2.0.0')

  await sweepAs('evil', 'evil', victim.repository)
  await sweepAs('admin', 'bank', control.repository)

  expect((await endedRun('bank')).lastRun).toMatchObject({ result: 'Success', deleted: 2 })
  expect(await listTags(control)).toEqual([])
  const { lastRun, conditions } = await endedRun('evil')
  expect(lastRun).toMatchObject({ deleted: 0 })
  expect(conditions).toContainEqual(
    expect.objectContaining({ type: 'Ready', status: 'False', reason: 'NotAuthorized' }),
  )
  expect(await listTags(victim)).toEqual(['v1.0.0', 'v2.0.0'])
})
