import { onTestFinished } from 'vitest'
import { createHarborReader } from '../../../../../shared/adapters/registry/harbor/harbor-reader.ts'
import { createHarborWriter } from '../../../../../shared/adapters/registry/harbor/harbor-writer.ts'
import { startFakeHarbor } from '../../../../support/fake-harbor.ts'
import { noWaiting } from '../fake-registry.ts'

/** A Harbor that ends with the test, with clients of it. */
export async function startHarbor() {
  const harbor = await startFakeHarbor()
  onTestFinished(() => harbor.close())
  const credential = { username: 'robot$cleaner', password: 'hush' }
  const reach = { endpoint: harbor.url, host: harbor.host, configured: true, clock: noWaiting, credential }
  return { ...harbor, reader: createHarborReader(reach), writer: createHarborWriter(reach) }
}

/** How often manifests were handed out: what Harbor counts as pulls. */
export const pullsOf = (requests: readonly { method: string; path: string }[]): number =>
  requests.filter(({ method, path }) => method === 'GET' && path.includes('/manifests/')).length
