import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { createArtifactoryReader } from '../../../../../shared/adapters/registry/artifactory/artifactory-reader.ts'
import { createOciWriter } from '../../../../../shared/adapters/registry/oci/oci-writer.ts'
import { registryContract } from '../../../../contract/registry.ts'
import type { RegistryUnderTest } from '../../../../contract/registry-under-test.ts'
import { startFakeArtifactory } from '../../../../support/fake-artifactory.ts'
import { recordedLogin } from '../../../../support/recorded-registry.ts'

/** What it restores with is the plain writer, and it deletes nothing: of the plain API its fake says no more than others. */
async function artifactory(): Promise<RegistryUnderTest> {
  const server = await startFakeArtifactory()
  const { url: endpoint, host } = server
  const address = { endpoint, api: endpoint, host, configured: true, credential: recordedLogin }
  let repositories = 0
  return {
    provider: 'artifactory',
    reader: createArtifactoryReader(address),
    writer: createOciWriter(address),
    push: image => pushImage(server.url, image),
    pull: async (repository, reference) => {
      await fetch(`${server.url}/v2/${repository}/manifests/${reference}`)
    },
    freshRepository: async () => `contract/nested/case-${++repositories}`,
    capabilities: {
      tagDeletion: 'oci',
      lastTagHoldsImage: false,
      listsDigests: false,
      listsRepositories: true,
      tellsTimes: true,
      describes: false,
      listsReferrersByApi: true,
      servesConfigs: true,
      keepsSiblings: true,
      refusesMissingBlobs: true,
      holdsChildren: false,
      referrersGoAlong: false,
      collects: 'trash can',
    },
    close: () => server.close(),
  }
}

registryContract('Artifactory', artifactory)
