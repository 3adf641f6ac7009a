/** A service or task that refers to a task definition. */
export interface DefinitionUse {
  /** ARN of the task definition. */
  readonly definition: string
  /** What it runs or would run, by digest where ECS knows that; none where only the definition names it. */
  readonly images: readonly string[]
  /** True where only the rollback of a deployment would start it. */
  readonly rollback: boolean
}
