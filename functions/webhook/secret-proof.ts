import { createHmac } from 'node:crypto'
import { addressSecretRule, canBeInAddress } from '../../shared/domain/webhook-secret.ts'

/** What of a request shows that its sender knows a secret. */
export interface Presented {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  /** What stands in the path behind the sender's name. */
  readonly addressSecret?: string
}

/** How a sender proves that it knows its secret. */
export interface SecretProof {
  /** Where it stands, for people. */
  readonly place: string
  /** The value that must equal one of `expected`; undefined when the request carries none. */
  readonly presented: (request: Presented) => string | undefined
  /** What `presented` may be for a configured secret. */
  readonly expected: (secret: string, body: Uint8Array) => readonly string[]
  /** What a secret must be to count at all, for people, and whether one is; absent: anything. */
  readonly rule?: { readonly text: string; readonly isKept: (secret: string) => boolean }
}

/** A header with the secret in it, in one of the forms that `texts` gives. */
export const headerProof = (name: string, texts: (secret: string) => readonly string[]): SecretProof => ({
  place: `in the ${name} header`,
  presented: ({ headers }) => headers[name],
  expected: texts,
})

/** The secret as the end of the address. */
export const addressProof: SecretProof = {
  place: 'at the end of the address',
  presented: ({ addressSecret }) => addressSecret,
  expected: secret => [secret],
  rule: { text: addressSecretRule, isKept: canBeInAddress },
}

interface Signature {
  /** Headers that hold it, the first that is there counts. */
  readonly headers: readonly string[]
  readonly algorithm: 'sha256' | 'sha1'
  /** What stands before the digits. */
  readonly prefix?: string
}

/** A header with the HMAC of the body as it came, in hex digits. */
export const signatureProof = ({ headers: names, algorithm, prefix = '' }: Signature): SecretProof => ({
  place: `as the signature in the ${names[0]} header`,
  presented: ({ headers }) =>
    names
      .map(name => headers[name])
      .find(value => value !== undefined)
      ?.toLowerCase(),
  expected: (secret, body) => [`${prefix}${hmacHex(algorithm, secret, body)}`],
})

export const hmacHex = (algorithm: Signature['algorithm'], secret: string, body: Uint8Array): string =>
  createHmac(algorithm, secret).update(body).digest('hex')
