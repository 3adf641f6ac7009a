import { pushImage } from '../../../cli/embedded/registry/push-image.ts'
import { createGiteaReader } from '../../../shared/adapters/registry/gitea/gitea-reader.ts'
import { createGiteaWriter } from '../../../shared/adapters/registry/gitea/gitea-writer.ts'
import { basicHeader } from '../../../shared/adapters/registry/oci/authenticator.ts'
import { registryContract } from '../../contract/registry.ts'
import type { RegistryUnderTest } from '../../contract/registry-under-test.ts'
import { giteaCapabilities } from '../../support/gitea/gitea-capabilities.ts'
import { startGitea } from '../parts/gitea.ts'

/** The same as the fake, which has the code of this version as its model. */
async function gitea(): Promise<RegistryUnderTest> {
  const server = await startGitea()
  const { url: endpoint, host, username, token } = server
  const credential = { username, password: token }
  const address = { endpoint, api: endpoint, host, configured: true, credential }
  await server.api('POST', '/orgs', { username: 'contract' })
  let repositories = 0
  return {
    provider: 'gitea',
    reader: createGiteaReader(address),
    writer: createGiteaWriter(address),
    push: image => pushImage(endpoint, image, { authorization: basicHeader(credential) }),
    freshRepository: async () => `contract/nested/case-${++repositories}-of-many`,
    capabilities: giteaCapabilities,
    close: () => server.stop(),
  }
}

registryContract('Gitea 1.26.0', gitea)
