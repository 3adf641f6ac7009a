import * as z from 'zod'
import { isDigest } from '../../../shared/domain/digest.ts'
import { eventActor } from '../../../shared/domain/event-actor.ts'
import { digestText, repositoryPath, tagName } from '../../../shared/domain/name-schemas.ts'
import { headerProof } from '../secret-proof.ts'
import { isCloudEvent, readCloudEvent } from './cloud-event.ts'
import {
  type Headers,
  irrelevant,
  onlyTest,
  type ParsedPayload,
  type ProviderHint,
  parsePart,
  parseWhole,
  type WebhookProvider,
} from './provider.ts'

const pushes = ['PUSH_ARTIFACT', 'CREATE_TAG', 'pushImage', 'harbor.artifact.pushed', 'harbor.tag.created']
const deletes = ['DELETE_ARTIFACT', 'DELETE_TAG', 'deleteImage', 'harbor.artifact.deleted', 'harbor.tag.deleted']
/** What the button that tries a webhook sends. */
const tests = ['TEST_ENDPOINT', 'testEndpoint']

const eventData = z.object({
  resources: z.array(z.unknown()),
  repository: z.object({ repo_full_name: repositoryPath }),
})
type EventData = z.infer<typeof eventData>

/** `tag` holds the digest when the artifact has no tag. */
const resource = z.object({
  digest: digestText.exactOptional(),
  tag: z.union([tagName, digestText]).exactOptional(),
})
type Resource = z.infer<typeof resource>
/** A digest of another algorithm is nothing that can be looked for here; the tag beside it is. */
const taggedResource = z.object({ tag: tagName })

const defaultEvent = z.object({
  type: z.string(),
  operator: z.unknown().optional(),
  event_data: z.unknown().optional(),
})

/** An event of either format. */
interface Event {
  readonly type: string
  /** Where the data stands. */
  readonly field: 'event_data' | 'data'
  readonly data: unknown
  /** Who did it; an event counts without. */
  readonly operator: unknown
}

/**
 * Harbor in both of its formats, authenticated by the configured string, verbatim in `Authorization`.
 * @see https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/
 */
export const harbor: WebhookProvider = {
  proof: headerProof('authorization', secret => [secret]),
  parsePayload(payload, { headers }) {
    const { type, field, data, operator } = readEvent(payload, headers)
    if (tests.includes(type)) return onlyTest
    const isPush = pushes.includes(type)
    if (!isPush && !deletes.includes(type)) return irrelevant
    const { [field]: told } = parseWhole('harbor', z.object({ [field]: eventData }), { [field]: data })
    return told ? parsedOf(told, field, isPush ? pushed : deletedBy(operator)) : irrelevant
  },
}

function readEvent(payload: unknown, headers: Headers): Event {
  if (isCloudEvent(payload) || headers['ce-type'] !== undefined) {
    const { type, data, extensions } = readCloudEvent('harbor', payload, headers)
    return { type, field: 'data', data, operator: extensions.operator ?? headers['ce-operator'] }
  }
  const { type, operator, event_data: data } = parseWhole('harbor', defaultEvent, payload)
  return { type, field: 'event_data', data, operator }
}

type Named = Pick<ProviderHint, 'tag' | 'digest'>

function parsedOf(
  { resources, repository }: EventData,
  field: Event['field'],
  hintsOf: (repository: string, named: readonly Named[]) => ProviderHint[],
): ParsedPayload {
  const read = resources.map((one, at) => readResource(one, `${field}.resources[${at}]`))
  const named = read.flatMap(one => ('part' in one ? [namesOf(one.part)] : []))
  return {
    hints: hintsOf(repository.repo_full_name, named),
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

const namesOf = ({ digest, tag }: Resource): Named => ({
  ...(tag !== undefined && !isDigest(tag) && { tag }),
  ...(digest && isDigest(digest) && { digest }),
})

const pushed = (repository: string, named: readonly Named[]): ProviderHint[] =>
  named.map(where => ({ type: 'ImagePushed', repository, ...where }))

/** One artifact may have lost several tags and only one is named: the whole repository is read again. */
const deletedBy =
  (operator: unknown) =>
  (repository: string, named: readonly Named[]): ProviderHint[] => {
    const digests = named.flatMap(({ digest }) => digest ?? [])
    const tags = named.flatMap(({ tag }) => tag ?? [])
    return [{ type: 'ImageDeleted', repository, told: [{ by: eventActor({ name: operator }), digests, tags }] }]
  }
