import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Construct } from 'constructs'

/** What is behind a door. */
export interface BehindDoor {
  readonly webhook: LambdaFunction
  /** Absent where nobody may scrape: then the webhook answers that path too, with 404. */
  readonly metrics?: LambdaFunction
}

/** An address that stays while the functions behind it are deleted and deployed anew. */
export interface Door {
  /** Without a slash at its end. */
  readonly address: string
  /** Makes what leads to these functions, as a part of `scope`. */
  connect(scope: Construct, behind: BehindDoor): void
}
