import { createHash, createHmac } from 'node:crypto'

/** A key of AWS, and whose it is. */
export interface KnownKey {
  readonly secret: string
  readonly sessionToken?: string
  /** As STS names who holds it. */
  readonly arn: string
}

const goodForMs = 15 * 60_000
const aheadMs = 5 * 60_000
const taken = /^(Action|Version|X-Amz-(Algorithm|Credential|Date|Expires|Security-Token|Signature|SignedHeaders))$/
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const escaped = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

/** The signed question of a token of EKS. */
export const questionOf = (token: string): URL =>
  new URL(Buffer.from(token.replace(/^k8s-aws-v1\./, ''), 'base64url').toString())

/**
 * Whose a token is, as aws-iam-authenticator and STS find out: the one looks at the form, host and date, the other at the
 * signature, with the cluster's name that the authenticator puts in. Undefined for one that either refuses.
 */
export function principalOf(
  token: string,
  {
    clusterName,
    host,
    keys,
    now,
  }: { clusterName: string; host: string; keys: ReadonlyMap<string, KnownKey>; now: Date },
): string | undefined {
  if (!/^k8s-aws-v1\.[-_0-9A-Za-z]+$/.test(token)) return undefined
  const { protocol, host: asked, pathname, searchParams: query } = questionOf(token)
  if (protocol !== 'https:' || asked !== host || pathname !== '/') return undefined
  if ([...query.keys()].some(name => !taken.test(name)) || query.get('Action') !== 'GetCallerIdentity') return undefined
  const date = query.get('X-Amz-Date') ?? ''
  const signedAt = Date.parse(date.replace(/^(....)(..)(..T..)(..)/, '$1-$2-$3:$4:'))
  const ageMs = now.getTime() - signedAt
  if (Number.isNaN(ageMs) || ageMs > goodForMs || ageMs < -aheadMs) return undefined
  const [keyId = '', ...scope] = (query.get('X-Amz-Credential') ?? '').split('/')
  const key = keys.get(keyId)
  if (!key || (query.get('X-Amz-Security-Token') ?? undefined) !== key.sessionToken) return undefined
  if (query.get('X-Amz-SignedHeaders') !== 'host;x-k8s-aws-id') return undefined
  const parameters = [...query].filter(([name]) => name !== 'X-Amz-Signature')
  const canonicalQuery = parameters
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort()
    .join('&')
  const headers = `host:${host}\nx-k8s-aws-id:${clusterName}\n\nhost;x-k8s-aws-id\n${sha256('')}`
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope.join('/')}\n${sha256(`GET\n/\n${canonicalQuery}\n${headers}`)}`
  const signing = scope.reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${key.secret}`)
  return hmac(signing, toSign).toString('hex') === query.get('X-Amz-Signature') ? key.arn : undefined
}
