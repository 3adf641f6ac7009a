import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { systemClock } from '../../shared/adapters/http/retry.ts'
import { createMessenger } from '../../shared/adapters/notify/messenger.ts'
import { createToldStore } from '../../shared/adapters/store/told-store.ts'
import { tableClientOptions } from '../../shared/own-aws.ts'
import type { SecretStore } from '../../shared/ports/platform.ts'
import { requireVariable } from '../runtime/environment.ts'

export const openTold = () => createToldStore(new DynamoDBClient(tableClientOptions()), requireVariable('table'))

export const openMessenger = (secrets: SecretStore) => createMessenger({ secrets, clock: systemClock })
