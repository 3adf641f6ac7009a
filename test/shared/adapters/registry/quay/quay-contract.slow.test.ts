import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { registryContract } from '../../../../contract/registry.ts'
import type { RegistryUnderTest } from '../../../../contract/registry-under-test.ts'
import { startFakeQuay } from '../../../../support/quay/fake-quay.ts'
import { clientsOf, robotsToken } from './quay-world.ts'

/** With `apiToken` false a Quay whose own API lists nothing to the robot. */
async function quay(hasApiToken: boolean): Promise<RegistryUnderTest> {
  const server = await startFakeQuay()
  let repositories = 0
  return {
    provider: 'quay',
    ...clientsOf(server, hasApiToken),
    push: image => pushImage(server.url, image, robotsToken),
    freshRepository: async () => `contract/case-${++repositories}`,
    requests: () => server.requests.length,
    lockTag: (repository, tag) => {
      const row = server.shelf(repository).findTag(tag)
      if (row) row.immutable = true
    },
    collectGarbage: () => server.collectGarbage(),
    capabilities: {
      tagDeletion: 'oci',
      lastTagHoldsImage: true,
      listsDigests: true,
      hidesUntagged: true,
      tellsTimes: true,
      describes: false,
      listsReferrersByApi: true,
      servesConfigs: true,
      keepsSiblings: true,
      refusesMissingBlobs: true,
      holdsChildren: true,
      referrersGoAlong: false,
      locks: 'deletes',
      collects: 'two weeks as a rule',
    },
    close: () => server.close(),
  }
}

registryContract('Quay by its own API', () => quay(true))
