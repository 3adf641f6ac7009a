import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pushImage } from '../../../../../cli/embedded/registry/push-image.ts'
import { type RegistryOptions, startRegistry } from '../../../../../cli/embedded/registry/registry-server.ts'
import { createOciReader } from '../../../../../shared/adapters/registry/oci/oci-registry.ts'
import { createOciWriter } from '../../../../../shared/adapters/registry/oci/oci-writer.ts'
import { registryContract } from '../../../../contract/registry.ts'
import type { RegistryUnderTest } from '../../../../contract/registry-under-test.ts'

async function loopbackRegistry(
  tagDeletion: 'oci' | 'dummy',
  options: Pick<RegistryOptions, 'intercept'> = {},
): Promise<RegistryUnderTest> {
  const dataDir = await mkdtemp(join(tmpdir(), 'shelflife-registry-'))
  let requests = 0
  const registry = await startRegistry({
    dataDir,
    intercept: request => {
      requests += 1
      return options.intercept?.(request)
    },
  })
  const address = { endpoint: registry.url, host: registry.host, configured: true }
  let repositories = 0
  return {
    provider: 'oci',
    reader: createOciReader(address),
    writer: createOciWriter(address),
    push: image => pushImage(registry.url, image),
    freshRepository: async () => `contract/case-${++repositories}`,
    // Its list is that of the other one.
    ...(tagDeletion === 'oci' && { requests: () => requests }),
    collectGarbage: () => registry.collectGarbage(),
    capabilities: {
      tagDeletion,
      lastTagHoldsImage: false,
      listsRepositories: true,
      listsDigests: false,
      tellsTimes: false,
      describes: false,
      listsReferrersByApi: true,
      servesConfigs: true,
      keepsSiblings: true,
      refusesMissingBlobs: true,
      holdsChildren: false,
      referrersGoAlong: false,
      collects: 'garbage collection of the registry',
    },
    async close() {
      await registry.close()
      await rm(dataDir, { recursive: true })
    },
  }
}

/** As distribution 2.8 does. */
const refuseTagDeletes: RegistryOptions['intercept'] = request => {
  const deletesTag = request.method === 'DELETE' && !request.url.includes('/manifests/sha256:')
  const body = { errors: [{ code: 'DIGEST_INVALID', message: 'provided digest did not match uploaded content' }] }
  return deletesTag ? Response.json(body, { status: 400 }) : undefined
}

registryContract('loopback registry', () => loopbackRegistry('oci'))
registryContract('loopback registry that refuses to delete tags', () =>
  loopbackRegistry('dummy', { intercept: refuseTagDeletes }),
)
