import { onTestFinished } from 'vitest'
import { createAcrReader } from '../../../../../shared/adapters/registry/acr/acr-reader.ts'
import { createAcrWriter } from '../../../../../shared/adapters/registry/acr/acr-writer.ts'
import type { Reach } from '../../../../../shared/adapters/registry/registry-address.ts'
import { tokenUser } from '../../../../support/acr/acr-tokens.ts'
import { type FakeAcr, startFakeAcr } from '../../../../support/acr/fake-acr.ts'
import { noWaiting } from '../fake-registry.ts'

/** What others push with. */
export const pushersLogin = {
  authorization: `Basic ${Buffer.from(`${tokenUser.username}:${tokenUser.password}`).toString('base64')}`,
}

export function clientsOf({ url, host }: FakeAcr, options: Partial<Reach> = {}) {
  const reach: Reach = {
    endpoint: url,
    api: url,
    host,
    configured: true,
    settings: undefined,
    clock: noWaiting,
    credential: tokenUser,
    ...options,
  }
  return { reader: createAcrReader(reach), writer: createAcrWriter(reach) }
}

/** An ACR that ends with the test, with clients of it. */
export async function startAcr(options: Partial<Reach> = {}) {
  const acr = await startFakeAcr()
  onTestFinished(() => acr.close())
  return { ...acr, ...clientsOf(acr, options) }
}
