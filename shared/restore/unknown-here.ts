import { InvalidInputError } from '../errors.ts'

/** What a name or a run is of, by which it can be told who else may know it. */
export type Concerns = { readonly registry: string } | { readonly cluster: string }

/** Neither the records nor the archive know what was asked for, so that it cannot be put back from here. */
export class UnknownHereError extends InvalidInputError {
  readonly concerns: Concerns

  constructor(message: string, concerns: Concerns) {
    super(message)
    this.concerns = concerns
  }
}
