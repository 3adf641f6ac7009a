import { createArtifactoryReader } from '../../../../../shared/adapters/registry/artifactory/artifactory-reader.ts'
import { registryContract } from '../../../../contract/registry.ts'
import { startFakeArtifactory } from '../../../../support/fake-artifactory.ts'
import { recordedUnderTest } from '../recorded-under-test.ts'

registryContract('Artifactory', async () =>
  recordedUnderTest({
    provider: 'artifactory',
    server: await startFakeArtifactory(),
    open: createArtifactoryReader,
    collects: 'trash can',
  }),
)
