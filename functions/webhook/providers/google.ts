import * as z from 'zod'
import { registryHost } from '../../../shared/domain/name-schemas.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { parsedImages } from '../image-hints.ts'
import { firstIssue, irrelevant, parsePart, parseWhole, type WebhookProvider } from './provider.ts'

const envelope = z.object({ message: z.object({ data: z.string().optional() }) })
const event = z.object({ action: z.string(), tag: z.unknown().optional(), digest: z.unknown().optional() })

/** `europe-docker.pkg.dev/project/repository/image:v1`, or with a digest. */
const reference = z
  .string()
  .regex(/^[^/@]+\/[^@:]+([:@].+)?$/, 'expected an image with its host')
  .transform(text => {
    const [, host = '', path = '', kind, name] = /^([^/@]+)\/([^@:]+)(?:([:@])(.+))?$/.exec(text) ?? []
    return { host, path, ...(kind === ':' && { tag: name }), ...(kind === '@' && { digest: name }) }
  })

/**
 * Google's registries, by a push subscription of the topic `gcr`: one message each, which a project sends for all of its
 * hosts. A deleted tag is told without a digest. What is refused comes again for seven days.
 * @see https://cloud.google.com/artifact-registry/docs/configure-notifications
 */
export const google: WebhookProvider = {
  proof: 'token',
  takesMisfits: true,
  parsePayload(payload) {
    const { action, tag, digest } = parseWhole('google', event, messageOf(payload))
    if (!['INSERT', 'DELETE'].includes(action)) return irrelevant
    const image = parseReference('digest', digest ?? tag)
    const named = typeof tag === 'string' && tag.includes('/') ? parseReference('tag', tag).tag : tag
    const parsed = parsedImages(action === 'DELETE' ? 'ImageDeleted' : 'ImagePushed', [
      { repository: ['digest', image.path], tag: ['tag', named], digest: ['digest', image.digest] },
    ])
    return { ...parsed, host: image.host }
  },
}

/** The message as it was published, also where the subscription takes the envelope off. */
function messageOf(payload: unknown): unknown {
  const wrapped = envelope.safeParse(payload)
  if (!wrapped.success) return payload
  try {
    return JSON.parse(Buffer.from(wrapped.data.message.data ?? '', 'base64').toString())
  } catch (cause) {
    throw new InvalidInputError('google payload: message.data: expected JSON in base64', { cause })
  }
}

function parseReference(place: string, value: unknown): z.infer<typeof reference> {
  const parsed = reference.safeParse(value)
  if (!parsed.success) throw new InvalidInputError(`google payload: ${firstIssue(parsed.error, value, place)}`)
  const host = parsePart(registryHost, parsed.data.host, place)
  if ('problem' in host) throw new InvalidInputError(`google payload: ${host.problem}`)
  return { ...parsed.data, host: host.part }
}
