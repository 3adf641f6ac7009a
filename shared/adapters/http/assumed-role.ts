import type { STSClient, STSClientConfig } from '@aws-sdk/client-sts'
import { AccessDeniedError } from '../../errors.ts'
import { late } from '../../late.ts'
import { translateAwsError } from './aws-errors.ts'

/** Of a role, as the SDK's clients take them. */
export interface RoleCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  readonly expiration?: Date
}

/** More than the five minutes before their end in which the SDK's clients ask for new ones. */
const renewedBeforeMs = 6 * 60_000

const known = new Map<string, () => Promise<RoleCredentials>>()

/**
 * Credentials of a role of another account, for all clients of this process that use it: assumed once, and again before
 * they run out. `region` is asked where the process has none of its own, which is the one that STS is known to serve.
 */
export function assumedRole(roleArn: string, region?: string): () => Promise<RoleCredentials> {
  const key = `${roleArn} ${region}`
  const found = known.get(key) ?? renewed(async () => assume(roleArn, await stsOf(region)))
  known.set(key, found)
  return found
}

/**
 * Credentials of a role for one client, which asks again before they run out. `config` says as whom and where STS is asked,
 * `translate` words what AWS refuses.
 */
export function roleCredentials(
  roleArn: string,
  config: STSClientConfig,
  translate = translateAwsError,
): () => Promise<RoleCredentials> {
  const sts = late(() => openSts(config))
  return async () => assume(roleArn, await sts(), translate)
}

const openSts = async (config: STSClientConfig): Promise<STSClient> => (await import('./sts.ts')).openSts(config)

/** One request for all who ask meanwhile; one that failed is none. */
function renewed(assumeOnce: () => Promise<RoleCredentials>): () => Promise<RoleCredentials> {
  let current: Promise<RoleCredentials> | undefined
  const renew = () => {
    const asked = assumeOnce()
    current = asked
    asked.catch(() => {
      if (current === asked) current = undefined
    })
    return asked
  }
  return async () => {
    const asked = current
    const held = await asked
    if (held?.expiration && held.expiration.getTime() - Date.now() > renewedBeforeMs) return held
    return current === asked ? renew() : (current ?? renew())
  }
}

async function assume(roleArn: string, sts: STSClient, translate = translateAwsError): Promise<RoleCredentials> {
  const what = `STS AssumeRole ${roleArn}`
  const { askForRole } = await import('./sts.ts')
  const given = await askForRole(sts, roleArn).catch(error => {
    throw translate(what, error, 'STS')
  })
  if (!given?.AccessKeyId || !given.SecretAccessKey)
    throw new AccessDeniedError(`${what}: expected credentials, got none`)
  return {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    ...(given.SessionToken && { sessionToken: given.SessionToken }),
    ...(given.Expiration && { expiration: given.Expiration }),
  }
}

/** A region that only the other account has opened serves no STS to this one. */
async function stsOf(region: string | undefined): Promise<STSClient> {
  const own = await openSts({})
  if (region === undefined) return own
  const hasOwn = await own.config.region().then(
    () => true,
    () => false,
  )
  return hasOwn ? own : openSts({ region })
}
