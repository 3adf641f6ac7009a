import * as z from 'zod'
import { isDigest } from '../../../shared/domain/digest.ts'
import { eventActor } from '../../../shared/domain/event-actor.ts'
import { digestText, repositoryPath, tagName } from '../../../shared/domain/name-schemas.ts'
import { InvalidInputError } from '../../../shared/errors.ts'
import { firstIssue, type ParsedPayload, type ProviderHint, parsePart, type WebhookProvider } from './provider.ts'

const relevant = z.object({
  type: z.enum(['PUSH_ARTIFACT', 'DELETE_ARTIFACT', 'pushImage', 'deleteImage']),
  /** Who did it; an event counts without. */
  operator: z.unknown().optional(),
  event_data: z.object({
    resources: z.array(z.unknown()),
    repository: z.object({ repo_full_name: repositoryPath }),
  }),
})
type Relevant = z.infer<typeof relevant>

/** `tag` holds the digest when the artifact has no tag. */
const resource = z.object({
  digest: digestText.exactOptional(),
  tag: z.union([tagName, digestText]).exactOptional(),
})
type Resource = z.infer<typeof resource>
/** A digest of another algorithm is nothing that can be looked for here; the tag beside it is. */
const taggedResource = z.object({ tag: tagName })

const anyEvent = z.object({ type: z.string() })
const cloudEvent = z.object({ specversion: z.string() })
/** What the button that tries a webhook sends. */
const testTypes = ['TEST_ENDPOINT', 'testEndpoint']

/**
 * Harbor's default format, authenticated by the configured string, verbatim in `Authorization`.
 * @see https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/
 */
export const harbor: WebhookProvider = {
  presented: headers => headers.authorization,
  expected: secret => secret,
  parsePayload(payload) {
    if (cloudEvent.safeParse(payload).success)
      throw new InvalidInputError(
        'harbor payload: expected the Default payload format, got CloudEvents; choose the Default payload format in the webhook policy of the project',
      )
    const kind = anyEvent.safeParse(payload)
    if (!kind.success) throw new InvalidInputError(`harbor payload: ${firstIssue(kind.error, payload)}`)
    const { type } = kind.data
    if (!relevant.shape.type.safeParse(type).success)
      return { hints: [], parts: 0, notUnderstood: [], isTest: testTypes.includes(type) }
    const parsed = relevant.safeParse(payload)
    if (!parsed.success) throw new InvalidInputError(`harbor payload: ${firstIssue(parsed.error, payload)}`)
    return parsedOf(parsed.data)
  },
}

function parsedOf(event: Relevant): ParsedPayload {
  const { resources } = event.event_data
  const read = resources.map((one, at) => readResource(one, `event_data.resources[${at}]`))
  const understood = read.flatMap(one => ('part' in one ? [one.part] : []))
  return {
    hints: hintsOf(event, understood),
    parts: resources.length,
    notUnderstood: read.flatMap(one => ('problem' in one ? [one.problem] : [])),
    isTest: false,
  }
}

function readResource(one: unknown, root: string): ReturnType<typeof parsePart<Resource>> {
  const read = parsePart(resource, one, root)
  if ('part' in read) return read
  const byTag = taggedResource.safeParse(one)
  return byTag.success ? { part: byTag.data } : read
}

function hintsOf({ type, operator, event_data: data }: Relevant, resources: readonly Resource[]): ProviderHint[] {
  const repository = data.repository.repo_full_name
  const named = resources.map(({ digest, tag }) => ({
    ...(tag !== undefined && !isDigest(tag) && { tag }),
    ...(digest && { digest }),
  }))
  if (type === 'PUSH_ARTIFACT' || type === 'pushImage')
    return named.map(where => ({ type: 'ImagePushed', repository, ...where }))
  const digests = named.flatMap(({ digest }) => digest ?? [])
  const tags = named.flatMap(({ tag }) => tag ?? [])
  const told = { by: eventActor({ name: operator }), digests, tags }
  // One artifact may have lost several tags and only one is named: the whole repository is read again.
  return [{ type: 'ImageDeleted', repository, told: [told] }]
}
