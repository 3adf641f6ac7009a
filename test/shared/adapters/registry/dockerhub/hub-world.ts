import { onTestFinished } from 'vitest'
import { createHubReader } from '../../../../../shared/adapters/registry/dockerhub/hub-reader.ts'
import { createHubWriter } from '../../../../../shared/adapters/registry/dockerhub/hub-writer.ts'
import type { Reach } from '../../../../../shared/adapters/registry/registry-address.ts'
import { type FakeHub, startFakeHub } from '../../../../support/fake-hub.ts'
import { noWaiting } from '../fake-registry.ts'

/** How that Docker Hub is reached, with its API at the address of its registry. */
export const reachOf = ({ url, host }: FakeHub, more: Partial<Reach> = {}): Reach => ({
  endpoint: url,
  api: url,
  host,
  settings: undefined,
  configured: true,
  clock: noWaiting,
  credential: { username: 'cleaner', password: 'hush' },
  ...more,
})

/** A Docker Hub that ends with the test, with clients of it. */
export async function startHub(more: Partial<Reach> = {}) {
  const hub = await startFakeHub()
  onTestFinished(() => hub.close())
  const reach = reachOf(hub, more)
  return { ...hub, reader: createHubReader(reach), writer: createHubWriter(reach) }
}
