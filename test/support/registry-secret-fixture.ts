import { randomUUID } from 'node:crypto'
import { sealedCopyOf } from '../../shared/domain/records/installation.ts'
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
  const ready = () => fixture.condition('Ready', 'RegistrySecret', 'registry')
  const status = () => fixture.status('RegistrySecret', 'registry')
  const uid = () => fixture.cluster.get('RegistrySecret', 'registry')?.metadata.uid ?? ''
  /** Where versions before kept it. */
  const secretId = () => `shelflife/pull/${fixture.cluster.name}/${uid()}`
  const record = (of = uid()) => store.findCredential(fixture.cluster.name, of)
  const copy = async (of = uid()) => {
    const found = await record(of)
    const sealed = found && sealedCopyOf(found)
    return JSON.parse((sealed && (await fixture.sealer.open(sealed, found))) ?? 'null')
  }
  return { ...fixture, verified, ready, status, uid, secretId, copy, record }
}
