import * as z from 'zod'
import { isDigest } from '../../../shared/domain/digest.ts'
import { issueTexts } from '../../../shared/domain/issue-text.ts'
import { digestText, repositoryPath, tagName } from '../../../shared/domain/name-schemas.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import type { ProviderHint, WebhookProvider } from './provider.ts'

const relevant = z.object({
  type: z.enum(['PUSH_ARTIFACT', 'DELETE_ARTIFACT', 'pushImage', 'deleteImage']),
  event_data: z.object({
    /** `tag` holds the digest when the artifact has no tag. */
    resources: z.array(
      z.object({ digest: digestText.exactOptional(), tag: z.union([tagName, digestText]).exactOptional() }),
    ),
    repository: z.object({ repo_full_name: repositoryPath }),
  }),
})
const anyEvent = z.object({ type: z.string() })

/**
 * Harbor's default format, authenticated by the configured string, verbatim in `Authorization`.
 * @see https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/
 */
export const harbor: WebhookProvider = {
  presented: headers => headers.authorization,
  expected: secret => secret,
  parseHints(payload) {
    const kind = anyEvent.safeParse(payload)
    if (!kind.success)
      throw new InvalidInputError(
        `harbor payload: ${issueTexts(kind.error, payload, 'the whole', { hidesValues: true })[0]}`,
      )
    if (!relevant.shape.type.safeParse(kind.data.type).success) return []
    const parsed = relevant.safeParse(payload)
    if (!parsed.success)
      throw new InvalidInputError(
        `harbor payload: ${issueTexts(parsed.error, payload, 'the whole', { hidesValues: true })[0]}`,
      )
    return hintsOf(parsed.data)
  },
}

function hintsOf({ type, event_data: data }: z.infer<typeof relevant>): ProviderHint[] {
  const repository = data.repository.repo_full_name
  if (type === 'DELETE_ARTIFACT' || type === 'deleteImage')
    // One artifact may have lost several tags and only one is named: the whole repository is read again.
    return [{ type: 'ImageDeleted', repository }]
  return data.resources.map(({ digest, tag }) => {
    const named = tag !== undefined && !isDigest(tag)
    return { type: 'ImagePushed', repository, ...(named && { tag }), ...(digest && { digest }) }
  })
}
