import { createEcrReader } from '../../../../../shared/adapters/registry/ecr/ecr-registry.ts'
import { createEcrWriter } from '../../../../../shared/adapters/registry/ecr/ecr-writer.ts'
import { registryContract } from '../../../../contract/registry.ts'
import type { RegistryUnderTest } from '../../../../contract/registry-under-test.ts'
import { FakeEcrRegistry } from '../../../../support/ecr/fake-ecr-registry.ts'
import { useFakeAwsCredentials } from './fake-ecr.ts'

useFakeAwsCredentials()

async function ecr(): Promise<RegistryUnderTest> {
  const registry = await FakeEcrRegistry.start()
  let repositories = 0
  return {
    provider: 'ecr',
    reader: createEcrReader(registry.options),
    writer: createEcrWriter(registry.options),
    push: image => registry.push(image),
    pull: async (repository, tag) => registry.pull(repository, tag),
    freshRepository: async () => {
      const path = `contract/case-${++repositories}`
      registry.create(path)
      return path
    },
    requests: () => registry.calls.length,
    lockTag: repository => registry.makeTagsImmutable(repository),
    collectGarbage: async () => registry.collectGarbage(),
    capabilities: {
      tagDeletion: 'tag-api',
      lastTagHoldsImage: true,
      listsRepositories: true,
      listsDigests: true,
      tellsTimes: true,
      describes: false,
      listsReferrersByApi: true,
      servesConfigs: true,
      keepsSiblings: true,
      refusesMissingBlobs: true,
      holdsChildren: true,
      referrersGoAlong: false,
      locks: 'moves',
      collects: 'nobody can foresee',
    },
    close: () => registry.close(),
  }
}

registryContract('ECR', ecr)
