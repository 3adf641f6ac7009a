import type { SyncRecord } from '../../shared/domain/records/syncs.ts'
import type { Condition } from '../../shared/ports/cluster.ts'
import type { Loopback } from './loopback.ts'
import { createTenants } from './tenants-fixture.ts'

/** kubectl's rule: a condition counts for the generation that it was written for, or a newer one. */
export function isMet({ cluster }: Pick<ReturnType<typeof createTenants>, 'cluster'>, namespace: string): boolean {
  const object = cluster.get('Repository', 'app', namespace)
  const synced = (object?.status.conditions as Condition[] | undefined)?.find(one => one.type === 'Synced')
  return synced?.status === 'True' && (synced.observedGeneration ?? 0) >= (object?.metadata.generation ?? 0)
}

/** `shop` tracks v1, which is there and was read. */
export async function startSynced(world: Loopback, spec: object = {}, how: { readonly isAnonymous?: boolean } = {}) {
  const tenants = createTenants(world)
  const { digest } = await world.push({ repository: tenants.path, tag: 'v1' })
  tenants.join('shop', { tag: 'v1', syncInterval: '24h', ...spec }, how)
  await tenants.settle()
  const move = async (seed: string) => (await world.push({ repository: tenants.path, tag: 'v1', seed })).digest
  const syncOf = () => world.store.findSync(tenants.id, tenants.credentialOf('shop'))
  const saveSync = async (change: Partial<SyncRecord>) => {
    const before = await syncOf()
    if (!before) throw new Error('expected a record')
    await world.store.saveSync({ ...before, ...change }, before)
  }
  return { ...tenants, digest, move, syncOf, saveSync }
}
