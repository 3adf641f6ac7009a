import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { createHarborReader } from '../../../../../shared/adapters/registry/harbor/harbor-reader.ts'
import { createHarborWriter } from '../../../../../shared/adapters/registry/harbor/harbor-writer.ts'
import { registryContract } from '../../../../contract/registry.ts'
import type { RegistryUnderTest } from '../../../../contract/registry-under-test.ts'
import { startFakeHarbor } from '../../../../support/fake-harbor.ts'
import { type HarborRight, robotRights } from '../../../../support/harbor/core.ts'

/** With `rights`, a Harbor that gives the credential these alone. */
async function harbor(rights: readonly HarborRight[], describes: boolean): Promise<RegistryUnderTest> {
  const server = await startFakeHarbor()
  server.state.rights = rights
  const address = { endpoint: server.url, host: server.host, configured: true }
  let repositories = 0
  return {
    reader: createHarborReader(address),
    writer: createHarborWriter(address),
    push: image => pushImage(server.url, image),
    pull: async (repository, reference) => {
      await fetch(`${server.url}/v2/${repository}/manifests/${reference}`)
    },
    freshRepository: async () => `contract/nested/case-${++repositories}`,
    capabilities: {
      tagDeletion: 'tag-api',
      lastTagHoldsImage: false,
      listsDigests: describes,
      describes,
      listsReferrersByApi: true,
      servesConfigs: true,
      keepsSiblings: true,
      refusesMissingBlobs: true,
    },
    close: () => server.close(),
  }
}

registryContract('Harbor by its own API', () => harbor(robotRights, true))
registryContract('Harbor whose own API lists and reads nothing', () =>
  harbor(['pull', 'push', 'repository-delete', 'tag-delete'], false),
)
