import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import {
  createGoogleReader,
  createGoogleWriter,
} from '../../../../../shared/adapters/registry/google/google-registry.ts'
import { registryContract } from '../../../../contract/registry.ts'
import type { RegistryUnderTest } from '../../../../contract/registry-under-test.ts'
import { startFakeGoogle } from '../../../../support/fake-google.ts'
import { reachOf } from './google-world.ts'

async function google(): Promise<RegistryUnderTest> {
  const server = await startFakeGoogle()
  const reach = reachOf(server)
  let repositories = 0
  return {
    provider: 'google',
    reader: createGoogleReader(reach),
    writer: createGoogleWriter(reach),
    push: image => pushImage(server.url, image),
    freshRepository: async () => `project/images/nested/case-${++repositories}`,
    requests: () => server.requests.length,
    capabilities: {
      tagDeletion: 'oci',
      lastTagHoldsImage: false,
      listsDigests: true,
      tellsTimes: true,
      describes: false,
      listsReferrersByApi: true,
      servesConfigs: true,
      keepsSiblings: true,
      refusesMissingBlobs: true,
      holdsChildren: true,
      referrersGoAlong: false,
      collects: 'does not say',
    },
    close: () => server.close(),
  }
}

registryContract('Artifact Registry', google)
