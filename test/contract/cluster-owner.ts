import { expect, it } from 'vitest'
import { createKubernetesCluster } from '../../shared/adapters/cluster/kubernetes-cluster.ts'
import { ownerLease } from '../../shared/adapters/cluster/owner.ts'
import { AccessDeniedError } from '../../shared/errors.ts'
import type { ClusterHands } from './cluster-hands.ts'

/** Where the cases of owners run. */
export interface OwnerPlace {
  readonly hands: ClusterHands
  readonly kubeconfig: string
  readonly namespace: string
}

/** What two installations find that are told to work in one cluster. */
export function ownerCases(place: () => OwnerPlace): void {
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { ...ownerLease } }
  const asInstallation = (installation: string, now?: () => Date) =>
    createKubernetesCluster({
      name: 'eu-1',
      kubeconfig: place().kubeconfig,
      installation,
      ...(now && { now }),
    })
  const withoutOwner = () => place().hands.objects.delete(lease)

  it('F47 is the one that came first, and the other is refused every call, with both names', async () => {
    const { hands, namespace } = place()
    const object = await hands.created(namespace, 'owned', { tag: 'v1' })
    const [prod, dev] = [asInstallation('1/eu/prod'), asInstallation('1/eu/dev')]
    await prod.requireOwn?.()

    const refused = await Promise.allSettled([
      dev.requireOwn?.(),
      dev.listWorkloads(),
      dev.listObjects('Repository'),
      dev.view?.(0).listObjects('Repository'),
      dev.applyStatus(object, {}),
      dev.annotate(object, { a: 'b' }),
      dev.deleteObject(object),
    ])

    const message = expect.stringContaining(
      `cluster eu-1 belongs to installation 1/eu/prod, and this is 1/eu/dev, which leaves it alone; to hand it over: kubectl patch lease shelflife -n default`,
    )
    for (const one of refused) expect(one).toMatchObject({ status: 'rejected', reason: { message } })
    expect(refused.every(one => one.status === 'rejected' && one.reason instanceof AccessDeniedError)).toBe(true)
    expect((await prod.listObjects('Repository')).length).toBeGreaterThan(0)
    expect(await hands.read(namespace, 'owned', 'Repository')).toMatchObject({ metadata: { annotations: {} } })
    await withoutOwner()
  })

  it('F47 is one of two that come at once', async () => {
    const both = ['1/eu/prod', '1/eu/dev'].map(name => asInstallation(name))

    const settled = await Promise.allSettled(both.map(one => one.requireOwn?.()))

    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await withoutOwner()
  })

  it('F47 is another once a person has handed the cluster over, as both see within a minute', async () => {
    let minutes = 0
    const now = () => new Date(Date.UTC(2026, 10, 28, 12, minutes))
    const [prod, dev] = [asInstallation('1/eu/prod', now), asInstallation('1/eu/dev', now)]
    await prod.requireOwn?.()

    await place().hands.objects.patch({ ...lease, spec: { holderIdentity: '1/eu/dev' } } as never)
    minutes = 1

    await expect(prod.requireOwn?.()).rejects.toThrow('belongs to installation 1/eu/dev, and this is 1/eu/prod')
    await expect(dev.requireOwn?.()).resolves.toBeUndefined()
    await withoutOwner()
  })

  it('F47 is told to whoever asks, also to one that is refused, and is none where there is no Lease', async () => {
    const [prod, dev] = [asInstallation('1/eu/prod'), asInstallation('1/eu/dev')]
    const before = await dev.findHolder?.()
    await prod.requireOwn?.()

    const holders = await Promise.all([prod.findHolder?.(), dev.findHolder?.()])

    expect([before, ...holders]).toEqual([undefined, '1/eu/prod', '1/eu/prod'])
    await withoutOwner()
  })
}
