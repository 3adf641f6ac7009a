import { DeleteWays } from '../../../../shared/adapters/registry/oci/delete-ways.ts'
import type { OciOptions } from '../../../../shared/adapters/registry/oci/oci-session.ts'
import { createOciWriter } from '../../../../shared/adapters/registry/oci/oci-writer.ts'
import { noWaiting, startFakeRegistry } from './fake-registry.ts'
import { login, Shelf, type Vendor, vendorScript } from './vendor-registries.ts'

export const repository = 'team/app'

/** A vendor's registry, and a writer with its credential. */
export async function startVendor(vendor: Vendor, options: Partial<OciOptions> = {}) {
  const shelf = new Shelf()
  const deleteWays = new DeleteWays(noWaiting.now)
  const registry = await startFakeRegistry(vendorScript(vendor, shelf), { credential: login, deleteWays, ...options })
  const asked = (method: string, part = '/manifests/') =>
    registry.requests.filter(one => one.method === method && one.path.includes(part)).map(({ path }) => path)
  /** Deletes of a tag that cannot exist. */
  const probes = () => asked('DELETE', '/shelflife-none-')
  const writer = createOciWriter(registry.options)
  return { shelf, registry, writer, asked, probes }
}
