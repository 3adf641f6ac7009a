import { onTestFinished } from 'vitest'
import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { createGhcrReader } from '../../../../../shared/adapters/registry/ghcr/ghcr-reader.ts'
import { createGhcrWriter } from '../../../../../shared/adapters/registry/ghcr/ghcr-writer.ts'
import type { Reach } from '../../../../../shared/adapters/registry/registry-address.ts'
import type { RegistryUnderTest } from '../../../../contract/registry-under-test.ts'
import { type FakeGhcr, startFakeGhcr } from '../../../../support/fake-ghcr.ts'
import { noWaiting } from '../fake-registry.ts'

export const credential = { username: 'cleaner', password: 'hush' }

/** How that GitHub is reached, with its API at the address of its registry. */
export const reachOf = ({ url, host }: FakeGhcr, more: Partial<Reach> = {}): Reach => ({
  endpoint: url,
  api: url,
  host,
  settings: undefined,
  configured: true,
  clock: noWaiting,
  credential,
  ...more,
})

/** A GitHub that ends with the test, with clients of it. */
export async function startGhcr(more: Partial<Reach> = {}) {
  const ghcr = await startFakeGhcr()
  onTestFinished(() => ghcr.close())
  const reach = reachOf(ghcr, more)
  return { ...ghcr, reach, reader: createGhcrReader(reach), writer: createGhcrWriter(reach) }
}

/** `owner`: one that GitHub knows as an organisation, or as a user. */
export async function ghcrOf(owner: string): Promise<RegistryUnderTest> {
  const server = await startFakeGhcr()
  server.state.users.add('somebody')
  const reach = reachOf(server)
  let repositories = 0
  return {
    provider: 'ghcr',
    reader: createGhcrReader(reach),
    writer: createGhcrWriter(reach),
    push: image => pushImage(server.url, image),
    freshRepository: async () => `${owner}/nested/case-${++repositories}`,
    requests: () => server.requests.length,
    capabilities: {
      tagDeletion: 'dummy',
      lastTagHoldsImage: true,
      listsDigests: true,
      tellsTimes: true,
      describes: false,
      listsReferrersByApi: false,
      servesConfigs: true,
      keepsSiblings: true,
      refusesMissingBlobs: true,
      holdsChildren: false,
      referrersGoAlong: false,
      collects: '30 days',
    },
    close: () => server.close(),
  }
}
