import { expect, it } from 'vitest'
import type { Cluster } from '../../shared/ports/cluster.ts'
import type { ClusterHands } from './cluster-hands.ts'
import { repository, workloadManifests } from './cluster-manifests.ts'

/** Where the cases of views run. */
export interface ViewPlace {
  readonly cluster: Cluster
  readonly hands: ClusterHands
}

/** What a view of a Cluster must show, whatever the process knew before. */
export function viewCases(place: () => ViewPlace): void {
  const viewed = () => {
    const { cluster } = place()
    const view = cluster.view?.(0)
    if (!view) throw new Error('expected a cluster with views')
    return { cluster, view }
  }
  const sorted = <T>(all: readonly T[], text: (one: T) => string) => all.map(text).sort()
  const workloadTexts = async (cluster: Cluster) =>
    sorted(await cluster.listWorkloads(), ({ lastSeenAt: _, ...rest }) => JSON.stringify(rest))
  const objectTexts = async (cluster: Cluster) =>
    sorted(await cluster.listObjects('Repository'), object => JSON.stringify(object))
  const namespaceTexts = async (cluster: Cluster) => sorted(await cluster.listNamespaces(), one => JSON.stringify(one))

  /** All that a view tells is what the cluster tells. */
  const expectSame = async () => {
    const { cluster, view } = viewed()
    const textsOf = (one: Cluster) => Promise.all([workloadTexts(one), objectTexts(one), namespaceTexts(one)])
    expect(await textsOf(view)).toEqual(await textsOf(cluster))
  }

  it('shows the workloads, objects and namespaces of now, and after each change those of then', async () => {
    const { cluster, hands } = place()
    await expectSame()

    const namespace = await hands.freshNamespace()
    const owner = await hands.created(namespace, 'viewed', {})
    for (const manifest of workloadManifests(namespace, owner.metadata.uid)) await hands.objects.create(manifest)
    await hands.objects.create(repository(namespace, 'soon-gone'))
    await expectSame()
    const { view } = viewed()
    const started = (await view.listWorkloads()).filter(workload => workload.namespace === namespace)
    expect(started.map(({ kind }) => kind)).toContain('Pod')

    await hands.core.deleteNamespacedPod({ name: 'runner', namespace, gracePeriodSeconds: 0 })
    await cluster.deleteObject(await hands.read(namespace, 'soon-gone', 'Repository'))
    await cluster.applyStatus(owner, { syncStatus: 'Success' })
    await expectSame()
    const pods = (await viewed().view.listWorkloads()).filter(one => one.namespace === namespace && one.kind === 'Pod')
    expect(pods.map(({ name }) => name)).not.toContain('runner')
  })

  it('asks the cluster itself for the objects of a namespace', async () => {
    const { hands } = place()
    const namespace = await hands.freshNamespace()
    const { view } = viewed()
    await view.listObjects('Repository')
    await hands.created(namespace, 'later', {})

    const later = await view.listObjects('Repository', { namespace })

    expect(later.map(({ metadata }) => metadata.name)).toEqual(['later'])
  })
}
