/**
 * The task is not done, and that counts for nothing: it is due again at `until`. No error of a family, so that it is
 * never taken for what a registry did.
 */
export class DeferredError extends Error {
  override readonly name = 'DeferredError'
  readonly until: Date
  /** `message` says to people why. */
  constructor(message: string, until: Date, options?: ErrorOptions) {
    super(message, options)
    this.until = until
  }
}
