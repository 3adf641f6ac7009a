import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose'
import * as z from 'zod'
import { UnavailableError } from '../../errors.ts'
import type { PushIdentity, PushTokens } from '../../ports/push-tokens.ts'

const googleKeys = 'https://www.googleapis.com/oauth2/v3/certs'
const issuers = ['https://accounts.google.com', 'accounts.google.com']
const timeoutMs = 3000
/** Clocks differ. */
const toleranceSeconds = 60

/** The library keeps the keys for ten minutes, and for a key that it does not know looks again twice a minute at most. */
const claims = z.object({ aud: z.string(), email: z.string(), email_verified: z.literal(true) })

/**
 * Tokens of Google's Pub/Sub.
 * @see https://cloud.google.com/pubsub/docs/authenticate-push-subscriptions
 */
export function createGoogleTokens(keysUrl = googleKeys, now: () => Date = () => new Date()): PushTokens {
  const keys = createRemoteJWKSet(new URL(keysUrl), { timeoutDuration: timeoutMs })
  return {
    async findIdentity(token, identities) {
      const claimed = decoded(token)
      const identity = claimed && identityIn(claimed, identities)
      if (!identity) return undefined
      const options = {
        algorithms: ['RS256'],
        issuer: issuers,
        audience: identity.audience,
        requiredClaims: ['exp'],
        clockTolerance: toleranceSeconds,
        currentDate: now(),
      }
      try {
        const { payload } = await jwtVerify(token, keys, options)
        return identityIn(payload, [identity])
      } catch (error) {
        if (isOfToken(error)) return undefined
        throw new UnavailableError('the keys of Google could not be read', { kind: 'network', cause: error })
      }
    },
  }
}

function decoded(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token)
  } catch {
    return undefined
  }
}

function identityIn(payload: JWTPayload, identities: readonly PushIdentity[]): PushIdentity | undefined {
  const parsed = claims.safeParse(payload)
  if (!parsed.success) return undefined
  const { email, aud } = parsed.data
  return identities.find(one => one.email === email && one.audience === aud)
}

const ofToken = [
  errors.JWTClaimValidationFailed,
  errors.JWTExpired,
  errors.JWTInvalid,
  errors.JWSInvalid,
  errors.JWSSignatureVerificationFailed,
  errors.JWKSNoMatchingKey,
  errors.JWKSMultipleMatchingKeys,
  errors.JOSEAlgNotAllowed,
  errors.JOSENotSupported,
]

/** Everything else is of the keys: they did not come, or were none. */
const isOfToken = (error: unknown): boolean => ofToken.some(one => error instanceof one)
