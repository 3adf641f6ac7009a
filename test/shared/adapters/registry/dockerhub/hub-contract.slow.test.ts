import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { createHubReader } from '../../../../../shared/adapters/registry/dockerhub/hub-reader.ts'
import { createHubWriter } from '../../../../../shared/adapters/registry/dockerhub/hub-writer.ts'
import { registryContract } from '../../../../contract/registry.ts'
import type { RegistryUnderTest } from '../../../../contract/registry-under-test.ts'
import { startFakeHub } from '../../../../support/fake-hub.ts'
import { reachOf } from './hub-world.ts'

async function hub(): Promise<RegistryUnderTest> {
  const server = await startFakeHub()
  const reach = reachOf(server)
  let repositories = 0
  return {
    provider: 'dockerhub',
    reader: createHubReader(reach),
    writer: createHubWriter(reach),
    push: image => pushImage(server.url, image),
    pull: async (repository, reference) => {
      await fetch(`${server.url}/v2/${repository}/manifests/${reference}`)
    },
    freshRepository: async () => `team/case-${++repositories}`,
    requests: () => server.requests.length,
    capabilities: {
      tagDeletion: 'tag-api',
      lastTagHoldsImage: false,
      listsDigests: true,
      hidesUntagged: true,
      tellsTimes: true,
      describes: false,
      keepsDigests: true,
      listsReferrersByApi: false,
      servesConfigs: true,
      keepsSiblings: true,
      refusesMissingBlobs: true,
      holdsChildren: false,
      referrersGoAlong: false,
      collects: 'does not say',
    },
    close: () => server.close(),
  }
}

registryContract('Docker Hub', hub)
