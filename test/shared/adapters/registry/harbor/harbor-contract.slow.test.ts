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
  server.state.gcSchedule = { schedule: { type: 'Custom', cron: '0 0 3 * * 6' }, job_parameters: '{}' }
  const locked = new Set<string>()
  server.state.isImmutable = tag => locked.has(tag)
  const address = { endpoint: server.url, host: server.host, configured: true }
  let repositories = 0
  return {
    provider: 'harbor',
    reader: createHarborReader(address),
    writer: createHarborWriter(address),
    push: image => pushImage(server.url, image),
    pull: async (repository, reference) => {
      await fetch(`${server.url}/v2/${repository}/manifests/${reference}`)
    },
    freshRepository: async () => `contract/nested/case-${++repositories}`,
    requests: () => server.requests.length,
    ...(describes && { lockTag: (_repository: string, tag: string) => void locked.add(tag) }),
    collectGarbage: () => server.collectGarbage(),
    capabilities: {
      tagDeletion: 'tag-api',
      lastTagHoldsImage: false,
      listsRepositories: describes,
      listsDigests: describes,
      tellsTimes: describes,
      describes,
      listsReferrersByApi: true,
      servesConfigs: true,
      keepsSiblings: true,
      refusesMissingBlobs: true,
      holdsChildren: true,
      referrersGoAlong: true,
      locks: 'deletes',
      collects: describes ? 'scheduled as "0 0 3 * * 6"' : 'which its administrators schedule',
    },
    close: () => server.close(),
  }
}

registryContract('Harbor by its own API', () => harbor([...robotRights, 'system'], true))
registryContract('Harbor whose own API lists and reads nothing', () =>
  harbor(['pull', 'push', 'repository-delete', 'tag-delete'], false),
)
