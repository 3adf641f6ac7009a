import { onTestFinished } from 'vitest'
import { createHttpClient, type HttpClientOptions } from '../../../../shared/adapters/http/client.ts'

/** A client that trusts every host and ends with the test. */
export function clientOf(options: Partial<HttpClientOptions> = {}) {
  const client = createHttpClient({ trustedHosts: 'all', ...options })
  onTestFinished(() => client.close())
  return client
}
