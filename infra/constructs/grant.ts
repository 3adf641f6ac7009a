/** Rights of a function, and the environment that says what they are for. */
export interface Grant {
  readonly actions: readonly string[]
  /** None: the settings name nothing of the kind, so there is nothing to grant. */
  readonly resources: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** What else must hold for the right to count. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
  /** Why a resource ends in a wildcard. */
  readonly wildcard?: string
}
