import { createNexusReader } from '../../../../../shared/adapters/registry/nexus/nexus-reader.ts'
import { registryContract } from '../../../../contract/registry.ts'
import { startFakeNexus } from '../../../../support/fake-nexus.ts'
import { recordedUnderTest } from '../recorded-under-test.ts'

registryContract('Nexus', async () =>
  recordedUnderTest({
    provider: 'nexus',
    server: await startFakeNexus(),
    open: createNexusReader,
    collects: 'compact the blob store',
  }),
)
