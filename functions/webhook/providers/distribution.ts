import * as z from 'zod'
import { issueTexts } from '../../../shared/domain/issue-text.ts'
import { digestText, repositoryPath, tagName } from '../../../shared/domain/name-schemas.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import type { ProviderHint, WebhookProvider } from './provider.ts'

/** Version 3 spells out the empty digest of a deleted tag, and repeats a refused notification before any later one. */
const digestOrEmpty = z.union([z.literal(''), digestText])

const event = z.object({
  action: z.string(),
  target: z.object({
    mediaType: z.string().exactOptional(),
    repository: repositoryPath,
    tag: tagName.exactOptional(),
    digest: digestOrEmpty.exactOptional(),
  }),
})
const envelope = z.object({ events: z.array(event) })

/** Pushes fire for blobs too; only these media types are images. */
const isManifest = (mediaType: string | undefined): boolean => /(manifest|image\.index)/.test(mediaType ?? '')

/**
 * CNCF distribution: an envelope of events, authenticated by a static bearer header.
 * @see https://distribution.github.io/distribution/about/notifications/
 */
export const distribution: WebhookProvider = {
  presented: headers => headers.authorization,
  expected: secret => `Bearer ${secret}`,
  parseHints(payload) {
    const parsed = envelope.safeParse(payload)
    if (!parsed.success)
      throw new InvalidInputError(
        `distribution payload: ${issueTexts(parsed.error, payload, 'the whole', { hidesValues: true })[0]}`,
      )
    return parsed.data.events.flatMap(hintOf)
  },
}

/** A delete carries a digest without a tag, or a tag without a digest, or the repository alone; never a media type. */
function hintOf({ action, target }: z.infer<typeof event>): ProviderHint[] {
  const { repository, tag, digest } = target
  const where = { repository, ...(tag && { tag }), ...(digest && { digest }) }
  if (action === 'push' && isManifest(target.mediaType)) return [{ type: 'ImagePushed', ...where }]
  if (action === 'delete') return [{ type: 'ImageDeleted', ...(tag ? where : { repository }) }]
  return []
}
