import type { Digest } from '../../../domain/digest.ts'
import { AccessDeniedError } from '../../../errors.ts'
import type { Unreadable } from '../../../ports/registry.ts'
import { digestOf } from '../manifest.ts'
import { maxNamed, namedIn, textOf } from '../unreadable-manifest.ts'

/** Manifests that are read for one odd entry; layers, of which there may be as many, are asked for too. */
const maxRead = 100

/**
 * Every sha256 digest that the bytes of an odd entry name, and those that manifests name which it names by digests of
 * another algorithm, through any depth: no record here can stand for these, and they hold others all the same. Absent
 * where that is more than a record can hold. `read` gives the bytes of a manifest, undefined where there is none.
 */
export async function namedBelow(
  bytes: Uint8Array,
  read: (digest: string) => Promise<Uint8Array | undefined>,
): Promise<Pick<Unreadable, 'mayReferTo'>> {
  const named = new Set<Digest>()
  const others = new Set<string>()
  const take = (from: Uint8Array): boolean => {
    const { mayReferTo } = namedIn(from)
    for (const digest of mayReferTo ?? []) named.add(digest)
    for (const digest of otherDigestsIn(from)) others.add(digest)
    return mayReferTo !== undefined && named.size <= maxNamed && others.size <= maxRead
  }
  if (!take(bytes)) return {}
  // A set also hands out what is added to it during the iteration.
  for (const digest of others) {
    const below = await readOrDenied(digest, read)
    if (below === 'denied') return {}
    if (below === undefined) continue
    // The same bytes may be stored under both algorithms.
    named.add(digestOf(below))
    if (!take(below)) return {}
  }
  return { mayReferTo: [...named] }
}

/** What may not be read may hold anything. */
async function readOrDenied(digest: string, read: (digest: string) => Promise<Uint8Array | undefined>) {
  try {
    return await read(digest)
  } catch (error) {
    if (error instanceof AccessDeniedError) return 'denied' as const
    throw error
  }
}

const otherDigestsIn = (bytes: Uint8Array): Iterable<string> =>
  (textOf(bytes) ?? '').match(/\b(?:sha384|sha512|blake3):[0-9a-f]{64,128}\b/g) ?? []
