import { randomUUID } from 'node:crypto'
import type { Store } from '../../shared/ports/store.ts'
import { createReconcileFixture, registryHost } from './reconcile-fixture.ts'

export const dockerConfig = (password: string) => ({
  '.dockerconfigjson': JSON.stringify({ auths: { [registryHost]: { username: 'robot', password } } }),
})

/** The RegistrySecret `registry` with a credential in a Secret of its namespace. */
export function startWithSecret(store: Store) {
  const fixture = createReconcileFixture(store, randomUUID())
  fixture.cluster.change('RegistrySecret', 'registry', { spec: { domain: registryHost, secretRef: { name: 'pull' } } })
  fixture.cluster.putSecret('team', 'pull', dockerConfig('p4ssw0rd'))
  const verified = () => fixture.condition('Verified', 'RegistrySecret', 'registry')
  const status = () => fixture.status('RegistrySecret', 'registry')
  const uid = () => fixture.cluster.get('RegistrySecret', 'registry')?.metadata.uid ?? ''
  const copyId = () => `shelflife/pull/${fixture.cluster.name}/${uid()}`
  const copy = async () => JSON.parse((await fixture.secrets.findSecret(copyId())) ?? 'null')
  const record = (of = uid()) => store.findCredential(fixture.cluster.name, of)
  return { ...fixture, verified, status, uid, copyId, copy, record }
}
