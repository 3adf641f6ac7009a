import { signerFor } from '../../../../cli/embedded/aws/signature.ts'
import { accessKey } from '../../../support/access-key.ts'

interface ToSign {
  readonly service: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signedAt?: Date
}

/** The headers of a request of our own making, for what no AWS client would send. */
export async function signedHeaders(url: string, request: ToSign, key = accessKey): Promise<Record<string, string>> {
  const { host, hostname, pathname, searchParams } = new URL(url)
  const { service, method = 'POST', headers, body = '', signedAt = new Date() } = request
  const sent = { protocol: 'http:', hostname, method, path: pathname, query: Object.fromEntries(searchParams), body }
  const signer = signerFor(key, { region: 'us-east-1', service })
  const signed = await signer.sign({ ...sent, headers: { ...headers, host } }, { signingDate: signedAt })
  return signed.headers
}
