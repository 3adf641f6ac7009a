import * as z from 'zod'
import type { Digest } from '../../../domain/digest.ts'
import { apiDigest, apiTime } from '../api-values.ts'

/** A version of a package is a manifest, whatever tags are on it. */
export interface PackageVersion {
  readonly id: number
  readonly digest: Digest
  readonly tags: readonly string[]
  /** When it was pushed first. */
  readonly pushedAt?: Date
}

const version = z.object({
  id: z.int().positive(),
  name: apiDigest,
  created_at: apiTime,
  metadata: z.object({ container: z.object({ tags: z.array(z.string()) }) }),
})

/** Undefined for one whose digest is none of sha256, and for what is no version of a container package. */
export function parseVersion(json: unknown): PackageVersion | undefined {
  const parsed = version.safeParse(json)
  if (!parsed.success) return undefined
  const { id, name: digest, created_at: pushedAt, metadata } = parsed.data
  return { id, digest, tags: metadata.container.tags, ...(pushedAt && { pushedAt }) }
}

const odd = z.object({ name: z.string().catch('a version without a name'), metadata: z.unknown() })
const tagged = z.object({ container: z.object({ tags: z.array(z.string()).min(1) }) })

/** What to call what is no version that is understood: its tags, or what stands in the place of its digest. */
export function namesOfOdd(json: unknown): readonly string[] {
  const { name = 'an entry that is no version', metadata } = odd.safeParse(json).data ?? {}
  const parsed = tagged.safeParse(metadata)
  return parsed.success ? parsed.data.container.tags : [name]
}
