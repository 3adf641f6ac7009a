import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { Digest } from '../../domain/digest.ts'
import { findJson } from '../../domain/json.ts'

const signed = z.object({ signatures: z.tuple([z.object({ protected: z.string() })], z.unknown()) })
const format = z.object({ formatLength: z.int().nonnegative(), formatTail: z.string() })

/**
 * The digest under which a registry keeps a signed schema 1 manifest: that of the bytes without their signatures, whose
 * first part tells where to cut. Undefined for anything else.
 *
 * @see https://github.com/distribution/distribution/blob/v2.8.3/docs/spec/manifest-v2-1.md#signed-manifests
 */
export function schema1Digest(bytes: Uint8Array): Digest | undefined {
  const manifest = signed.safeParse(findJson(Buffer.from(bytes).toString('utf8')))
  if (!manifest.success) return undefined
  const header = decoded(manifest.data.signatures[0].protected).toString('utf8')
  const cut = format.safeParse(findJson(header))
  if (!cut.success) return undefined
  const { formatLength, formatTail } = cut.data
  const payload = createHash('sha256').update(bytes.subarray(0, formatLength)).update(decoded(formatTail))
  return `sha256:${payload.digest('hex')}`
}

const decoded = (base64url: string): Buffer => Buffer.from(base64url, 'base64url')
