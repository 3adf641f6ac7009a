import type { Digest } from '../../../shared/domain/digest.ts'
import { AccessDeniedError, InvalidInputError, UnavailableError } from '../../../shared/errors.ts'

export interface PushedDescriptor {
  mediaType: string
  digest: Digest
  size: number
}

/** Pushes to one repository of any OCI registry. `headers` go with every request; that is where credentials go. */
export class RegistryPushClient {
  readonly #repositoryUrl: string
  readonly #headers: Readonly<Record<string, string>>
  constructor(registryUrl: string, repository: string, headers: Readonly<Record<string, string>> = {}) {
    this.#repositoryUrl = `${registryUrl}/v2/${repository}`
    this.#headers = headers
  }

  /** In one request where the registry can, and in two where it opens an upload instead. */
  async pushBlob(digest: Digest, bytes: Uint8Array): Promise<void> {
    const start = await this.#send(`${this.#repositoryUrl}/blobs/uploads/?digest=${digest}`, 'POST', bytes)
    if (start.status !== 202) return
    const upload = new URL(start.headers.get('Location') ?? '', start.url)
    upload.searchParams.set('digest', digest)
    await this.#send(upload.href, 'PUT', bytes)
  }

  async pushManifest(reference: string, mediaType: string, bytes: Uint8Array): Promise<void> {
    await this.#send(`${this.#repositoryUrl}/manifests/${reference}`, 'PUT', bytes, mediaType)
  }

  async #send(
    url: string,
    method: string,
    bytes: Uint8Array,
    mediaType = 'application/octet-stream',
  ): Promise<Response> {
    const headers = { ...this.#headers, 'Content-Type': mediaType }
    const response = await fetch(url, { method, headers, body: Uint8Array.from(bytes), redirect: 'error' })
    const text = await response.text()
    if (!response.ok)
      throw refusalOf(response.status, `${method} ${url} was answered ${response.status}: ${text.slice(0, 500)}`)
    return response
  }
}

const refusalOf = (status: number, message: string): Error => {
  if (status === 401 || status === 403) return new AccessDeniedError(message)
  if (status === 429) return new UnavailableError(message, { kind: 'rate-limited' })
  if (status >= 500) return new UnavailableError(message, { kind: 'server' })
  return new InvalidInputError(message)
}
