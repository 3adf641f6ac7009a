import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import type { RegistryUnderTest } from '../../../../contract/registry-under-test.ts'
import { startFakeGitlab } from '../../../../support/gitlab/fake-gitlab.ts'
import { clientsOf } from './gitlab-world.ts'

/** Without `countsRequests` the budget of a list of a thousand tags is not looked at, which takes seconds. */
export async function gitlabUnderTest(hasDatabase: boolean, countsRequests: boolean): Promise<RegistryUnderTest> {
  const server = await startFakeGitlab()
  server.state.hasDatabase = hasDatabase
  let repositories = 0
  return {
    provider: 'gitlab',
    ...clientsOf(server),
    push: image => pushImage(server.url, image),
    freshRepository: async () => `group/project/case-${++repositories}`,
    ...(countsRequests && { requests: () => server.requests.filter(({ path }) => path.includes('/tags/list')).length }),
    collectGarbage: () => server.collectGarbage(),
    capabilities: {
      tagDeletion: 'oci',
      lastTagHoldsImage: false,
      listsDigests: hasDatabase,
      hidesUntagged: true,
      tellsTimes: hasDatabase,
      describes: false,
      listsReferrersByApi: false,
      servesConfigs: true,
      keepsSiblings: true,
      refusesMissingBlobs: true,
      holdsChildren: true,
      referrersGoAlong: false,
      collects: 'about a day after',
    },
    close: () => server.close(),
  }
}
