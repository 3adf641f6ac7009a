import * as z from 'zod'
import { InvalidInputError } from '../../../shared/errors.ts'
import { parsedImages } from '../image-hints.ts'
import { addressProof } from '../secret-proof.ts'
import { irrelevant, parseWhole, type WebhookProvider } from './provider.ts'

/** A push alone has the tags, which versions long ago sent as the names of an object; the other events have this URL. */
const event = z.object({
  repository: z.unknown().optional(),
  docker_url: z.string().optional(),
  updated_tags: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown()).transform(Object.keys)]).optional(),
})

/**
 * Quay: pushes alone, several tags each, with neither digest nor signature. It counts what is not answered with 2xx, and
 * after three of these in a row sends nothing any more until a person enables the notification again. Its test sends
 * the tags `latest` and `foo` of the repository itself.
 * @see https://docs.projectquay.io/use_quay.html#repository-notifications
 */
export const quay: WebhookProvider = {
  proof: addressProof,
  takesMisfits: true,
  parsePayload(payload) {
    const { repository, docker_url: url, updated_tags: tags } = parseWhole('quay', event, payload)
    if (tags === undefined && url === undefined)
      throw new InvalidInputError('quay payload: updated_tags: expected a list of tags')
    if (tags === undefined) return irrelevant
    return parsedImages(
      'ImagePushed',
      tags.map((tag, at) => ({ repository: ['repository', repository], tag: [`updated_tags[${at}]`, tag] })),
    )
  },
}
