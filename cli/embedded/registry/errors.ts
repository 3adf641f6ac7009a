import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** The error codes of the distribution specification, and the two that distribution adds to it. */
export type RegistryErrorCode =
  | 'BLOB_UNKNOWN'
  | 'BLOB_UPLOAD_INVALID'
  | 'BLOB_UPLOAD_UNKNOWN'
  | 'DIGEST_INVALID'
  | 'MANIFEST_BLOB_UNKNOWN'
  | 'MANIFEST_INVALID'
  | 'MANIFEST_UNKNOWN'
  | 'NAME_INVALID'
  | 'NAME_UNKNOWN'
  | 'PAGINATION_NUMBER_INVALID'
  | 'RANGE_INVALID'
  | 'SIZE_INVALID'
  | 'TAG_INVALID'
  | 'UNAUTHORIZED'
  | 'UNKNOWN'
  | 'UNSUPPORTED'

export interface RegistryErrorBody {
  errors: readonly { code: RegistryErrorCode; message: string; detail?: unknown }[]
}

interface RegistryErrorOptions extends ErrorOptions {
  status: ContentfulStatusCode
  detail?: unknown
  headers?: Record<string, string>
}

/** An answer of the registry that is not a success: its code, its HTTP status and what else the client is told. */
export class RegistryError extends Error {
  readonly code: RegistryErrorCode
  readonly status: ContentfulStatusCode
  readonly headers: Record<string, string>
  readonly #detail: unknown
  constructor(code: RegistryErrorCode, message: string, options: RegistryErrorOptions) {
    super(message, options)
    this.name = 'RegistryError'
    this.code = code
    this.status = options.status
    this.headers = options.headers ?? {}
    this.#detail = options.detail
  }

  get body(): RegistryErrorBody {
    return errorBody(this.code, this.message, this.#detail)
  }
}

export const errorBody = (code: RegistryErrorCode, message: string, detail?: unknown): RegistryErrorBody => ({
  errors: [{ code, message, ...(detail === undefined ? {} : { detail }) }],
})

export const manifestUnknown = (detail: unknown): RegistryError =>
  new RegistryError('MANIFEST_UNKNOWN', 'manifest unknown', { status: 404, detail })

export const manifestInvalid = (message: string, options: Partial<RegistryErrorOptions> = {}): RegistryError =>
  new RegistryError('MANIFEST_INVALID', message, { status: 400, ...options })

export const blobUnknown = (digest: string): RegistryError =>
  new RegistryError('BLOB_UNKNOWN', 'blob unknown to registry', { status: 404, detail: { digest } })

export const uploadUnknown = (id: string): RegistryError =>
  new RegistryError('BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry', { status: 404, detail: { id } })

export const digestInvalid = (message: string, detail: unknown): RegistryError =>
  new RegistryError('DIGEST_INVALID', message, { status: 400, detail })

export const repositoryUnknown = (name: string): RegistryError =>
  new RegistryError('NAME_UNKNOWN', 'repository name not known to registry', { status: 404, detail: { name } })
