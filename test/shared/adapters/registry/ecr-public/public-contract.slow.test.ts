import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { registryContract } from '../../../../contract/registry.ts'
import type { RegistryUnderTest } from '../../../../contract/registry-under-test.ts'
import { pushersToken, startFakeEcrPublic } from '../../../../support/ecr-public/fake-ecr-public.ts'
import { useFakeAwsCredentials } from '../ecr/fake-ecr.ts'
import { clientsOf } from './public-world.ts'

useFakeAwsCredentials()

async function ecrPublic(): Promise<RegistryUnderTest> {
  const registry = await startFakeEcrPublic()
  let repositories = 0
  return {
    provider: 'ecr-public',
    ...clientsOf(registry),
    push: image => pushImage(registry.url, image, pushersToken),
    freshRepository: async () => {
      const path = `acme/contract/case-${++repositories}`
      registry.create(path)
      return path
    },
    requests: () => registry.calls.length + registry.requests.length,
    collectGarbage: () => registry.collectGarbage(),
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
      collects: 'nobody can foresee',
    },
    close: () => registry.close(),
  }
}

registryContract('ECR Public', ecrPublic)
