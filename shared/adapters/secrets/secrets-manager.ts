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
import type { SecretAge, SecretStore } from '../../ports/platform.ts'

/** How old what is read may be, in milliseconds. A minute is how long a rotated secret takes where nobody can tell that it was. */
const maxAgeMs = { usual: 60_000, kept: 600_000 } as const satisfies Partial<Record<SecretAge, number>>

/** Between two reads anew, so that a credential which is refused all the time costs no more than others. */
const anewEveryMs = 60_000

/** That there is none is believed for less long, since whoever creates it waits for that; it bounds what strangers can ask. */
const absentMs = 10_000

interface Cached {
  readonly value: string | undefined
  readonly readAt: number
  /** When it was last read because somebody asked for it `anew`. */
  readonly renewedAt: number
}

/** Secrets Manager. Errors name the id of the secret and never its value. */
export function createSecretStore(client: SecretsManagerClient, now: () => number = Date.now): SecretStore {
  const cache = new Map<string, Cached>()
  const isCurrent = ({ value, readAt, renewedAt }: Cached, age: SecretAge): boolean => {
    if (age === 'anew') return now() - renewedAt < anewEveryMs
    return now() - readAt < Math.min(maxAgeMs[age], value === undefined ? absentMs : Number.POSITIVE_INFINITY)
  }
  const keep = (id: string, value: string | undefined, isRenewed = false) => {
    const renewedAt = isRenewed ? now() : (cache.get(id)?.renewedAt ?? Number.NEGATIVE_INFINITY)
    cache.set(id, { value, readAt: now(), renewedAt })
  }
  return {
    async findSecret(id, age = 'usual') {
      const cached = cache.get(id)
      if (cached && isCurrent(cached, age)) return cached.value
      const value = await readSecret(client, id)
      keep(id, value, age === 'anew')
      return value
    },
    async deleteSecret(id) {
      await removeSecret(client, id)
      cache.delete(id)
    },
    async putSecret(id, value) {
      await writeSecret(client, id, value)
      keep(id, value)
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
  const put = () => client.send(new PutSecretValueCommand({ SecretId: id, SecretString: value }))
  try {
    // First, since an ARN names a secret that is there, and is no name for a new one.
    await put().catch(async error => {
      if (!(error instanceof ResourceNotFoundException)) throw error
      await client.send(new CreateSecretCommand({ Name: id, SecretString: value })).catch(async created => {
        if (!(created instanceof ResourceExistsException)) throw created
        await put()
      })
    })
  } catch (error) {
    throw new UnavailableError(`secret ${id} could not be written`, { kind: 'server', cause: error })
  }
}
