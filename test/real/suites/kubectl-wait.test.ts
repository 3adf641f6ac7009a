import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { createKubernetesCluster } from '../../../shared/adapters/cluster/kubernetes-cluster.ts'
import { LoopbackCluster } from '../../cli/embedded/kubernetes/loopback-cluster.ts'
import { type Person, waitRounds } from '../../scenarios/wait-rounds.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { runKubectl } from '../parts/tools.ts'
import { waitUntil } from '../parts/wait-until.ts'
import { startTenantCluster, type TenantCluster } from './tenant-cluster.ts'

let cluster: TenantCluster
let embedded: LoopbackCluster
let world: Loopback
beforeAll(async () => {
  ;[cluster, embedded, world] = await Promise.all([startTenantCluster(), LoopbackCluster.start(), startLoopback()])
  await cluster.admin('create', 'namespace', 'counted')
  // In the seconds after the kind was made it cannot be counted yet, and is refused.
  await waitUntil(() => apply(repository('probe')).then(() => true), { what: 'the kind to be known' })
  await waitUntil(async () => (await counted('probe', randomUUID())) > 0 || undefined, {
    what: 'the count to take effect',
  })
})
afterAll(async () => {
  await Promise.all([cluster?.stop(), embedded?.stop(), world?.close()])
})

const manualSync = 'theriseunion.io/manual-sync'
const repository = (name: string, spec: object = {}) => ({
  apiVersion: 'image.theriseunion.io/v1alpha1',
  kind: 'Repository',
  metadata: { name, namespace: 'counted' },
  spec: { repository: 'team/app', tag: 'v1', registryRef: { name: 'registry' }, ...spec },
})
const kubectl = (...args: string[]) => cluster.kubectl('admin', ...args)

async function apply(object: object, ...flags: string[]): Promise<void> {
  const args = ['apply', ...flags, '-f', '-']
  const { exitCode, stderr } = await runKubectl(cluster.kubeconfigOf('admin'), args, stringify(object))
  if (exitCode !== 0) throw new Error(`expected to apply it: ${stderr}`)
}

/** The count after an annotation of this value; the one that is there where none is given. */
async function counted(name: string, value?: string): Promise<number> {
  if (value !== undefined)
    await kubectl('annotate', '--overwrite', 'repository', name, '-n', 'counted', `${manualSync}=${value}`)
  return (await shown(name)).requests
}

async function shown(name: string): Promise<{ generation: number; requests: number }> {
  const { stdout } = await kubectl('get', 'repository', name, '-n', 'counted', '-o', 'json')
  const { metadata, spec } = JSON.parse(stdout)
  return { generation: metadata.generation, requests: spec.syncRequests ?? 0 }
}

describe('a cluster that counts syncs asked by hand', () => {
  it('makes each annotation a generation, and not what takes it away or repeats it', async () => {
    await apply(repository('each'))
    const before = (await shown('each')).generation

    expect(await counted('each', 'true')).toBe(1)
    expect((await shown('each')).generation).toBe(before + 1)
    expect(await counted('each', 'true')).toBe(1)
    const port = cluster.portOf('shelflife')
    const object = await port.findObject('Repository', 'counted', 'each')
    if (object) await port.annotate(object, { [manualSync]: null })
    expect(await shown('each')).toEqual({ generation: before + 1, requests: 1 })
    expect(await counted('each', 'true')).toBe(2)
  })

  it.each([[[]], [['--server-side']]])('keeps the count where the manifest is applied again by %j', async flags => {
    const name = `again${flags.join('')}`
    await apply(repository(name), ...flags)
    await counted(name, 'true')

    await apply(repository(name), ...flags)
    await apply(repository(name, { retryCount: 5 }), ...flags)

    expect((await shown(name)).requests).toBe(1)
  })

  it('keeps it from whoever would take or set it', async () => {
    await apply(repository('kept'))
    await counted('kept', 'true')

    for (const syncRequests of [null, 0, 7])
      await kubectl(
        'patch',
        'repository',
        'kept',
        '-n',
        'counted',
        '--type=merge',
        '-p',
        JSON.stringify({ spec: { syncRequests } }),
      )

    expect((await shown('kept')).requests).toBe(1)
  })

  it('needs no right but the one to change the object', async () => {
    await apply(repository('theirs'))
    await cluster.admin(
      'create',
      'role',
      'annotator',
      '-n',
      'counted',
      '--verb=get,patch',
      '--resource=repositories.image.theriseunion.io',
    )
    await cluster.admin('create', 'rolebinding', 'annotator', '-n', 'counted', '--role=annotator', '--user=dev')
    const annotate = () =>
      cluster.kubectl('dev', 'annotate', 'repository', 'theirs', '-n', 'counted', `${manualSync}=true`)

    await waitUntil(async () => (await annotate()).exitCode === 0 || undefined, { what: 'the right to annotate' })

    expect((await shown('theirs')).requests).toBe(1)
  })
})

function personWith(kubeconfig: () => string): Person {
  const run = async (args: readonly string[], input?: string) => {
    const { exitCode, stdout, stderr } = await runKubectl(kubeconfig(), args, input)
    if (exitCode !== 0) throw new Error(`expected kubectl ${args.join(' ')} to succeed: ${stderr}`)
    return stdout
  }
  return {
    apply: async object => void (await run(['apply', '-f', '-'], stringify(object))),
    annotate: async (namespace, name, annotation) =>
      void (await run(['annotate', 'repository', name, '-n', namespace, annotation])),
    patch: async (namespace, name, spec) =>
      void (await run(['patch', 'repository', name, '-n', namespace, '--type=merge', '-p', JSON.stringify({ spec })])),
    waitForSynced: (namespace, name) =>
      run([
        'wait',
        '--for=condition=Synced',
        `repository/${name}`,
        '-n',
        namespace,
        '--timeout=120s',
        '-o',
        'jsonpath={.status.digest}',
      ]),
  }
}

waitRounds('a real API server', () => ({
  cluster: cluster.portOf('shelflife'),
  person: personWith(() => cluster.kubeconfigOf('admin')),
  world,
}))

waitRounds('the embedded API', () => ({
  cluster: createKubernetesCluster({ name: 'eu-1', kubeconfig: readFileSync(embedded.running.kubeconfigPath, 'utf8') }),
  person: personWith(() => embedded.running.kubeconfigPath),
  world,
}))
