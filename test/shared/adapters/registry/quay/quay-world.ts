import { onTestFinished } from 'vitest'
import { createQuayReader } from '../../../../../shared/adapters/registry/quay/quay-reader.ts'
import { createQuayWriter } from '../../../../../shared/adapters/registry/quay/quay-writer.ts'
import type { Reach } from '../../../../../shared/adapters/registry/registry-address.ts'
import { type FakeQuay, oauthToken, robot, startFakeQuay } from '../../../../support/quay/fake-quay.ts'
import { noWaiting } from '../fake-registry.ts'

/** What others push with. */
export const robotsToken = { authorization: 'Bearer robot' }

export function clientsOf({ url, host }: FakeQuay, hasApiToken = true, options: Partial<Reach> = {}) {
  const credential = { ...robot, ...(hasApiToken && { apiToken: oauthToken }) }
  const reach: Reach = {
    endpoint: url,
    api: url,
    host,
    configured: true,
    settings: undefined,
    clock: noWaiting,
    credential,
    ...options,
  }
  return { reader: createQuayReader(reach), writer: createQuayWriter(reach) }
}

/** A Quay that ends with the test, with clients of it. */
export async function startQuay(hasApiToken = true, options: Partial<Reach> = {}) {
  const quay = await startFakeQuay()
  onTestFinished(() => quay.close())
  return { ...quay, ...clientsOf(quay, hasApiToken, options) }
}
