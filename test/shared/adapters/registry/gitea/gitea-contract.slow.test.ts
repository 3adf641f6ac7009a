import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { createGiteaReader } from '../../../../../shared/adapters/registry/gitea/gitea-reader.ts'
import { createGiteaWriter } from '../../../../../shared/adapters/registry/gitea/gitea-writer.ts'
import { registryContract } from '../../../../contract/registry.ts'
import type { RegistryUnderTest } from '../../../../contract/registry-under-test.ts'
import { giteaBasic, giteaLogin, startFakeGitea } from '../../../../support/gitea/fake-gitea.ts'
import { giteaCapabilities } from '../../../../support/gitea/gitea-capabilities.ts'

async function gitea(listsOnePackage: boolean): Promise<RegistryUnderTest> {
  const server = await startFakeGitea()
  server.state.listsOnePackage = listsOnePackage
  const { url: endpoint, host } = server
  const address = { endpoint, api: endpoint, host, configured: true, credential: giteaLogin }
  let repositories = 0
  return {
    provider: 'gitea',
    reader: createGiteaReader(address),
    writer: createGiteaWriter(address),
    push: image => pushImage(server.url, image, { authorization: giteaBasic }),
    freshRepository: async () => `contract/nested/case-${++repositories}-of-many`,
    ...(listsOnePackage && { requests: () => server.requests.length }),
    capabilities: giteaCapabilities,
    close: () => server.close(),
  }
}

registryContract('Gitea', () => gitea(true))
registryContract('Gitea of a version that lists no single package', () => gitea(false))
