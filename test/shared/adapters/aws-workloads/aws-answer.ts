/** What a loopback AWS service answers: a body, or an error of that name. */
export interface AwsAnswer {
  readonly status?: number
  readonly error?: string
  readonly message?: string
  readonly body?: unknown
}
