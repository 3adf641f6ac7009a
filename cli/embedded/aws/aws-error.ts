/**
 * An answer that an AWS client must see as an exception: `code` becomes the class the SDK raises.
 * Only the loopback endpoint throws it; nothing outside this folder meets it.
 */
export class AwsError extends Error {
  readonly code: string
  readonly status: number
  /** The code of the older query protocol, which SQS sends beside the JSON one. */
  readonly queryCode: string | undefined

  constructor(code: string, message: string, options: { status?: number; queryCode?: string } = {}) {
    super(message)
    this.name = code
    this.code = code
    this.status = options.status ?? 400
    this.queryCode = options.queryCode
  }
}
