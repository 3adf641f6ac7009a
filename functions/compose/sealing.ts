import { late } from '../../shared/late.ts'
import type { Sealer } from '../../shared/ports/platform.ts'
import { requireVariable } from '../runtime/environment.ts'

/**
 * For the functions that the wiring lets open or seal copies of credentials, and in their bundles alone. Imported once there is
 * a copy.
 */
export function openSealer(): Sealer {
  const keyId = requireVariable('sealingKey')
  const sealer = late(async () => {
    const { createSealer, openKms } = await import('../../shared/adapters/sealing/kms-sealer.ts')
    return createSealer(openKms(), keyId)
  })
  return {
    seal: async (text, owner) => (await sealer()).seal(text, owner),
    open: async (sealed, owner) => (await sealer()).open(sealed, owner),
  }
}
