import { pushImage } from '../../../../cli/embedded/registry/push-image.ts'
import { createOciWriter } from '../../../../shared/adapters/registry/oci/oci-writer.ts'
import type { ApiOptions } from '../../../../shared/adapters/registry/registry-api.ts'
import type { RegistryReader } from '../../../../shared/ports/registry.ts'
import type { RegistryUnderTest } from '../../../contract/registry-under-test.ts'
import { recordedLogin, type startRecordedRegistry } from '../../../support/recorded-registry.ts'

/** What is under test of a registry that deletes nothing. */
export interface ReadRegistry {
  readonly provider: RegistryUnderTest['provider']
  readonly server: Pick<Awaited<ReturnType<typeof startRecordedRegistry>>, 'url' | 'host' | 'close'>
  readonly open: (options: ApiOptions) => RegistryReader
  readonly collects: string
}

/** What it restores with is the plain writer, and it deletes nothing: of the plain API its fake says no more than others. */
export function recordedUnderTest({ provider, server, open, collects }: ReadRegistry): RegistryUnderTest {
  const { url: endpoint, host } = server
  const address = { endpoint, api: endpoint, host, configured: true, credential: recordedLogin }
  let repositories = 0
  return {
    provider,
    reader: open(address),
    writer: createOciWriter(address),
    push: image => pushImage(endpoint, image),
    pull: async (repository, reference) => {
      await fetch(`${endpoint}/v2/${repository}/manifests/${reference}`)
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
      collects,
    },
    close: () => server.close(),
  }
}
