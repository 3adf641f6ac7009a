import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { UnavailableError } from '../../errors.ts'
import type { SecretStore } from '../../ports/platform.ts'

/** A secret read less than a minute ago is not read again: a rotated one is seen within that minute. */
const cacheMs = 60_000

/** That there is none is believed for less long, since whoever creates it waits for that; it bounds what strangers can ask. */
const absentCacheMs = 10_000

/** Secrets Manager. Errors name the id of the secret and never its value. */
export function createSecretStore(client: SecretsManagerClient, now: () => number = Date.now): SecretStore {
  const cache = new Map<string, { value: string | undefined; readAt: number }>()
  return {
    async findSecret(id) {
      const cached = cache.get(id)
      if (cached && now() - cached.readAt < (cached.value === undefined ? absentCacheMs : cacheMs)) return cached.value
      const value = await readSecret(client, id)
      cache.set(id, { value, readAt: now() })
      return value
    },
    async deleteSecret(id) {
      await removeSecret(client, id)
      cache.delete(id)
    },
    async putSecret(id, value) {
      await writeSecret(client, id, value)
      cache.set(id, { value, readAt: now() })
    },
  }
}

async function readSecret(client: SecretsManagerClient, id: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId: id }))).SecretString
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw new UnavailableError(`secret ${id} could not be read`, { kind: 'server', cause: error })
  }
}

/** Without recovery: a copy of a credential that was taken back is not to be had any more. */
async function removeSecret(client: SecretsManagerClient, id: string): Promise<void> {
  try {
    await client.send(new DeleteSecretCommand({ SecretId: id, ForceDeleteWithoutRecovery: true }))
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException))
      throw new UnavailableError(`secret ${id} could not be deleted`, { kind: 'server', cause: error })
  }
}

async function writeSecret(client: SecretsManagerClient, id: string, value: string): Promise<void> {
  try {
    await client.send(new CreateSecretCommand({ Name: id, SecretString: value }))
  } catch (error) {
    if (!(error instanceof ResourceExistsException))
      throw new UnavailableError(`secret ${id} could not be written`, { kind: 'server', cause: error })
    await client.send(new PutSecretValueCommand({ SecretId: id, SecretString: value }))
  }
}
