/**
 * The task is not done, and that counts for nothing: it is due again at `until`. No error of a family, so that it is
 * never taken for what a registry did.
 */
export class DeferredError extends Error {
  override readonly name = 'DeferredError'
  readonly until: Date
  /** It takes long, and had no slot. */
  readonly isSlow: boolean
  /** `message` says to people why. */
  constructor(message: string, until: Date, options: ErrorOptions & { readonly isSlow?: boolean } = {}) {
    super(message, options)
    this.until = until
    this.isSlow = options.isSlow ?? false
  }
}
