import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SNSClient } from '@aws-sdk/client-sns'
import { systemClock } from '../../shared/adapters/http/retry.ts'
import { createMessenger } from '../../shared/adapters/notify/messenger.ts'
import { createToldStore } from '../../shared/adapters/store/told-store.ts'
import { tableClientOptions } from '../../shared/own-aws.ts'
import type { SecretStore } from '../../shared/ports/platform.ts'
import { requireVariable } from '../runtime/environment.ts'

export const openTold = () => createToldStore(new DynamoDBClient(tableClientOptions()), requireVariable('table'))

/** A topic is spoken to in its own region, which its ARN names. */
export const openMessenger = (secrets: SecretStore) =>
  createMessenger({
    secrets,
    clock: systemClock,
    topics: ({ topicArn }) => new SNSClient({ region: topicArn.split(':')[3] ?? '' }),
  })
