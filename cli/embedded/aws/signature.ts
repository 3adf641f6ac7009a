import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { SignatureV4 } from '@smithy/signature-v4'
import type { AccessKey } from '../access-key.ts'

/** What is wrong with the signature of a request; each protocol of AWS has its own code for it. */
export type SignatureFault = 'missing' | 'unknown-key' | 'mismatch'

/** A request as it was sent, without its body. */
export type SignedHead = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/** What a request says of its signature, which is not verified yet. */
export interface SignatureClaim {
  readonly region: string
  readonly service: string
  readonly signedAt: Date
  readonly signedHeaders: ReadonlySet<string>
  readonly signature: string
}

/** As far as a client's clock may be off: AWS's own limit. */
const toleranceMs = 15 * 60_000

const authorization =
  /^AWS4-HMAC-SHA256 Credential=([^/\s,]+)\/(\d{8})\/([^/\s,]+)\/([^/\s,]+)\/aws4_request, *SignedHeaders=([^\s,]+), *Signature=([0-9a-f]{64})$/

/**
 * What can be told without the body, so that nobody without the key makes the server read one. The signature of a URL
 * (presigned) is none here.
 */
export const readClaim = (key: AccessKey, { headers }: SignedHead): SignatureClaim | SignatureFault => {
  const sent = authorization.exec(headers.authorization ?? '')
  if (!sent) return 'missing'
  const [, keyId = '', day = '', region = '', service = '', names = '', signature = ''] = sent
  if (!isEqual(keyId, key.accessKeyId)) return 'unknown-key'
  const signedAt = parseTime(headers['x-amz-date'])
  const signedHeaders = new Set(names.split(';'))
  const isTimely = signedAt !== undefined && Math.abs(Date.now() - signedAt.getTime()) <= toleranceMs
  if (!isTimely || !String(headers['x-amz-date']).startsWith(day)) return 'mismatch'
  if (!signedHeaders.has('host') || Object.keys(headers).some(name => mustBeSigned(name) && !signedHeaders.has(name)))
    return 'mismatch'
  return { region, service, signedAt, signedHeaders, signature }
}

/**
 * True where the whole request is what its sender signed. Of a body sent in signed chunks only the head is verified.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export const isSigned = async (
  key: AccessKey,
  claim: SignatureClaim,
  head: SignedHead,
  body: Uint8Array,
): Promise<boolean> => {
  const stated = head.headers['x-amz-content-sha256']
  if (typeof stated === 'string' && isDigest(stated) && !isEqual(stated, sha256Of(body))) return false
  const { headers } = await signerFor(key, claim).sign(requestOf(claim, head, body), {
    signingDate: claim.signedAt,
    signableHeaders: new Set(claim.signedHeaders),
  })
  return isEqual(authorization.exec(headers.authorization ?? '')?.[6] ?? '', claim.signature)
}

export const signerFor = (key: AccessKey, { region, service }: Pick<SignatureClaim, 'region' | 'service'>) =>
  new SignatureV4({
    credentials: key,
    region,
    service,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: false,
  })

const requestOf = (claim: SignatureClaim, { method = '', url = '/', headers }: SignedHead, body: Uint8Array) => {
  const [path = '/', query = ''] = url.split(/\?(.*)/s, 2)
  const signed = [...claim.signedHeaders].map(name => [name, headers[name]])
  return {
    method,
    protocol: 'http:',
    hostname: '',
    path,
    query: queryOf(query),
    headers: Object.fromEntries(signed.filter(([, value]) => typeof value === 'string')) as Record<string, string>,
    body,
  }
}

const queryOf = (query: string): Record<string, string | string[]> => {
  const parsed = new URLSearchParams(query)
  return Object.fromEntries([...new Set(parsed.keys())].map(name => [name, parsed.getAll(name)]))
}

/** As AWS asks it: what these headers say decides what is done. */
const mustBeSigned = (name: string): boolean => name.startsWith('x-amz-')

const parseTime = (text: string | string[] | undefined): Date | undefined => {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(text))
  if (!parts) return undefined
  const [, year, month, day, hour, minute, second] = parts
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time.getTime()) ? undefined : time
}

const isDigest = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** In the same time whatever is sent. */
const isEqual = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())

/** SHA-256, or its HMAC where there is a secret, as the signer asks for it. */
class Sha256 {
  private readonly secret: Uint8Array | string | undefined
  private hash: ReturnType<typeof createHash | typeof createHmac>

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.secret = secret === undefined ? undefined : bytesOf(secret)
    this.hash = this.start()
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(bytesOf(data))
  }

  async digest(): Promise<Uint8Array> {
    return this.hash.digest()
  }

  reset(): void {
    this.hash = this.start()
  }

  private start() {
    return this.secret === undefined ? createHash('sha256') : createHmac('sha256', this.secret)
  }
}

const bytesOf = (data: string | ArrayBuffer | ArrayBufferView): Uint8Array => {
  if (typeof data === 'string') return Buffer.from(data)
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data)
}
