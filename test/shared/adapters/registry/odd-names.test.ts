import { expect, it } from 'vitest'
import { createOciReader } from '../../../../shared/adapters/registry/oci/oci-registry.ts'
import { failureOf } from '../../../support/failure-of.ts'
import { someDigest, startFakeRegistry } from './fake-registry.ts'

it('B8 puts no odd name into an address', async () => {
  const registry = await startFakeRegistry((_request, response) => response.end())
  const reader = createOciReader(registry.options)

  const failures = await Promise.all([
    failureOf(reader.listRepository('../v2/other')),
    failureOf(reader.findTag('team/app', '../../x')),
    failureOf(reader.findManifest('team/app', 'sha256:../x')),
    failureOf(reader.findConfig('team//app', someDigest)),
    failureOf(reader.listReferrers('Team/App', someDigest)),
  ])

  expect(failures.map(failure => (failure as Error).name)).toEqual(Array(5).fill('InvalidInputError'))
  expect(registry.requests).toEqual([])
})
