import * as z from 'zod'
import { isTag } from '../../../domain/repository-name.ts'
import type { ListedTag, OddName, RepositoryListing } from '../../../ports/registry.ts'
import { oddName } from '../api-listing.ts'
import { apiDigest, apiTime } from '../api-values.ts'
import type { NumberedPage } from '../numbered-pages.ts'

const tag = z.object({
  name: z.string(),
  /** One that is missing or none of sha256 is asked for by itself. */
  digest: apiDigest.optional().catch(undefined),
  tag_last_pushed: apiTime,
  tag_last_pulled: apiTime,
})
const page = z.object({ count: z.int().nonnegative(), results: z.array(z.unknown()) })

/** Undefined for what is no page of tags. */
export function parseTagPage(json: unknown, pageSize: number): NumberedPage | undefined {
  const parsed = page.safeParse(json).data
  return parsed && { entries: parsed.results, last: Math.max(1, Math.ceil(parsed.count / pageSize)) }
}

/** What Docker Hub lists of a repository: its tags. Digests of `images` are those of children, and stand for none. */
export function listingOf(entries: readonly unknown[]): RepositoryListing {
  const tags = new Map<string, ListedTag>()
  const unreadable: OddName[] = []
  for (const entry of entries) {
    const parsed = tag.safeParse(entry).data
    if (parsed && isTag(parsed.name)) tags.set(parsed.name, listed(parsed))
    else unreadable.push(oddName(parsed?.name ?? 'an entry that is no tag'))
  }
  return { tags: [...tags.values()], ...(unreadable.length > 0 && { unreadable }) }
}

/** Of a push Docker Hub tells the last one of the tag, be it of an image that was there before. */
const listed = ({ name, digest, tag_last_pushed: at, tag_last_pulled: pulledAt }: z.infer<typeof tag>): ListedTag => ({
  tag: name,
  ...(digest && { digest }),
  ...(at && { pushedAt: at, taggedAt: at }),
  ...(pulledAt && { pulledAt }),
})
