import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { createZotReader } from '../../../../../shared/adapters/registry/zot/zot-reader.ts'
import { createZotWriter } from '../../../../../shared/adapters/registry/zot/zot-writer.ts'
import { registryContract } from '../../../../contract/registry.ts'
import type { RegistryUnderTest } from '../../../../contract/registry-under-test.ts'
import { startFakeZot } from '../../../../support/zot/fake-zot.ts'

async function zot(searches: boolean): Promise<RegistryUnderTest> {
  const server = await startFakeZot()
  server.state.searches = searches
  const address = { endpoint: server.url, host: server.host, configured: true }
  let repositories = 0
  return {
    provider: 'zot',
    reader: createZotReader(address),
    writer: createZotWriter(address),
    push: image => pushImage(server.url, image),
    pull: async (repository, reference) => {
      await fetch(`${server.url}/v2/${repository}/manifests/${reference}`)
    },
    freshRepository: async () => `contract/nested/case-${++repositories}`,
    capabilities: {
      tagDeletion: 'oci',
      lastTagHoldsImage: true,
      listsDigests: false,
      listsRepositories: true,
      tellsTimes: searches,
      describes: false,
      listsReferrersByApi: true,
      servesConfigs: true,
      keepsSiblings: true,
      refusesMissingBlobs: true,
      holdsChildren: true,
      referrersGoAlong: false,
      collects: 'gcDelay',
    },
    close: () => server.close(),
  }
}

registryContract('zot', () => zot(true))
registryContract('zot without its search extension', () => zot(false))
