/** What the model refuses: the product did what it must never do, or left undone what it must do in the end. */
export interface Violation {
  readonly what: string
  /** `host/path` of the repository, where there is one. */
  readonly repository?: string
  readonly digest?: string
}

/** Ends a round. */
export class ViolationError extends Error {
  readonly violation: Violation
  constructor(violation: Violation, options?: ErrorOptions) {
    super(violation.what, options)
    this.violation = violation
  }
}
