import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { createGhcrReader } from '../../../../../shared/adapters/registry/ghcr/ghcr-reader.ts'
import { createGhcrWriter } from '../../../../../shared/adapters/registry/ghcr/ghcr-writer.ts'
import { registryContract } from '../../../../contract/registry.ts'
import type { RegistryUnderTest } from '../../../../contract/registry-under-test.ts'
import { startFakeGhcr } from '../../../../support/fake-ghcr.ts'
import { reachOf } from './ghcr-world.ts'

/** `owner`: one that GitHub knows as an organisation, or as a user. */
async function ghcr(owner: string): Promise<RegistryUnderTest> {
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

registryContract('GHCR, a package of an organisation', () => ghcr('team'))
registryContract('GHCR, a package of a user', () => ghcr('somebody'))
