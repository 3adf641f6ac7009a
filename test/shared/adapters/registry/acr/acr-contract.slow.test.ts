import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { registryContract } from '../../../../contract/registry.ts'
import type { RegistryUnderTest } from '../../../../contract/registry-under-test.ts'
import { startFakeAcr } from '../../../../support/acr/fake-acr.ts'
import { clientsOf, pushersLogin } from './acr-world.ts'

async function acr(): Promise<RegistryUnderTest> {
  const server = await startFakeAcr()
  server.state.referrerLookups = Number.POSITIVE_INFINITY
  let repositories = 0
  return {
    provider: 'acr',
    ...clientsOf(server),
    push: image => pushImage(server.url, image, pushersLogin),
    freshRepository: async () => `contract/nested/case-${++repositories}`,
    // Of each of its two lists; what it counts is one request more.
    requests: () => server.requests.filter(({ path }) => path.includes('/_tags')).length,
    lockTag: (repository, tag) =>
      Object.assign(server.shelf(repository).tags.get(tag)?.attributes ?? {}, { deleteEnabled: false }),
    collectGarbage: () => server.collectGarbage(),
    capabilities: {
      tagDeletion: 'tag-api',
      lastTagHoldsImage: false,
      listsDigests: true,
      tellsTimes: true,
      describes: false,
      listsReferrersByApi: true,
      servesConfigs: true,
      keepsSiblings: true,
      refusesMissingBlobs: true,
      holdsChildren: false,
      referrersGoAlong: true,
      locks: 'deletes',
      collects: 'where its soft delete policy is on',
    },
    close: () => server.close(),
  }
}

registryContract('ACR by its own API', acr)
