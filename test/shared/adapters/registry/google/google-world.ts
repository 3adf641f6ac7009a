import { onTestFinished } from 'vitest'
import {
  createGoogleReader,
  createGoogleWriter,
} from '../../../../../shared/adapters/registry/google/google-registry.ts'
import type { Reach } from '../../../../../shared/adapters/registry/registry-address.ts'
import { type FakeGoogle, startFakeGoogle } from '../../../../support/fake-google.ts'
import { noWaiting } from '../fake-registry.ts'

/** How that Google is reached, with its API at the address of its registry. */
export const reachOf = ({ url, key }: FakeGoogle, more: Partial<Reach> = {}): Reach => ({
  endpoint: url,
  api: url,
  host: 'europe-docker.pkg.dev',
  settings: undefined,
  configured: true,
  clock: noWaiting,
  credential: { username: '_json_key', password: key },
  ...more,
})

/** A Google that ends with the test, with clients of it. */
export async function startGoogle(more: Partial<Reach> = {}) {
  const google = await startFakeGoogle()
  onTestFinished(() => google.close())
  const reach = reachOf(google, more)
  return { ...google, reach, reader: createGoogleReader(reach), writer: createGoogleWriter(reach) }
}
