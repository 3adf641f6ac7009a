import type { LambdaClientConfig } from '@aws-sdk/client-lambda'
import type { AwsListing } from './aws-listing.ts'
import type { KindImages } from './image-names.ts'

/** What all clients of one account and region are made with. */
export type ClientConfig = Pick<
  LambdaClientConfig,
  'region' | 'credentials' | 'requestHandler' | 'maxAttempts' | 'retryMode'
>

/** All that a service runs, or a throw. Remembers what never changes from one listing to the next. */
export type ListService = (listing: AwsListing) => Promise<readonly KindImages[]>
