import * as z from 'zod'
import { type Digest, isDigest } from '../../../domain/digest.ts'
import { isTag, quoted } from '../../../domain/repository-name.ts'
import type { ListedImage, ListedTag, OddName, RepositoryListing } from '../../../ports/registry.ts'
import { apiTime } from '../api-values.ts'

const version = z.object({ name: z.string(), createTime: apiTime })
const tag = z.object({ name: z.string(), version: z.string() })

/** Names are whole paths; what comes last of one is unescaped. */
function lastOf(name: string): string {
  const last = name.slice(name.lastIndexOf('/') + 1)
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}

/** What the lists of a package say: digests, when they were pushed first, and tags. */
export function listingOf(versions: readonly unknown[], tags: readonly unknown[]): RepositoryListing {
  const unreadable: OddName[] = []
  const images = new Map<string, ListedImage>()
  for (const entry of versions) {
    const { name, createTime: pushedAt } = version.safeParse(entry).data ?? { name: 'an entry that is no version' }
    const digest = lastOf(name)
    if (isDigest(digest)) images.set(digest, { digest, ...(pushedAt && { pushedAt }) })
    else unreadable.push({ name: digest, unreadable: `expected a version with a sha256 digest, got ${quoted(digest)}` })
  }
  const listed = new Map<string, ListedTag>()
  for (const entry of tags) {
    const parsed = tag.safeParse(entry).data
    const name = parsed ? lastOf(parsed.name) : 'an entry that is no tag'
    const digest = lastOf(parsed?.version ?? '')
    if (!isTag(name) || !isDigest(digest)) unreadable.push(oddTag(name, digest))
    else listed.set(name, { tag: name, ...imageOf(images, digest) })
  }
  const tagged = new Set([...listed.values()].map(({ digest }) => digest))
  return {
    tags: [...listed.values()],
    untagged: [...images.values()].filter(({ digest }) => !tagged.has(digest)),
    ...(unreadable.length > 0 && { unreadable }),
  }
}

/** One that was pushed while the list was read has no time yet. */
const imageOf = (images: ReadonlyMap<string, ListedImage>, digest: Digest): ListedImage =>
  images.get(digest) ?? { digest }

const oddTag = (name: string, digest: string): OddName => ({
  name,
  unreadable: `expected a tag on a sha256 digest, got ${quoted(name)} on ${quoted(digest)}`,
})
