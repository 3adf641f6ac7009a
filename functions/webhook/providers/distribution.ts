import * as z from 'zod'
import { eventActor } from '../../../shared/domain/event-actor.ts'
import { digestText, repositoryPath, tagName } from '../../../shared/domain/name-schemas.ts'
import { headerProof } from '../secret-proof.ts'
import { type ParsedPayload, type ProviderHint, parsePart, parseWhole, type WebhookProvider } from './provider.ts'

/** Who did it is good to know; an event counts without it. */
const cause = z.record(z.string(), z.unknown()).catch({})

/** Version 3 spells out the empty digest of a deleted tag, and repeats a refused notification before any later one. */
const digestOrEmpty = z.union([z.literal(''), digestText])

const target = z.object({
  mediaType: z.string().exactOptional(),
  repository: repositoryPath,
  tag: tagName.exactOptional(),
  digest: digestOrEmpty.exactOptional(),
})
const event = z.object({ action: z.string(), target, actor: cause, request: cause })
/** A digest of another algorithm is nothing that can be looked for here; the tag beside it is. */
const taggedEvent = event.extend({ target: target.omit({ digest: true }).extend({ tag: tagName }) })
const anyEvent = z.object({ action: z.string() })
const envelope = z.object({ events: z.array(z.unknown()) })

/** Pushes fire for blobs too; only these media types are images. */
const isManifest = (mediaType: string | undefined): boolean => /(manifest|image\.index)/.test(mediaType ?? '')

/**
 * CNCF distribution: an envelope of events, authenticated by a static bearer header.
 * @see https://distribution.github.io/distribution/about/notifications/
 */
export const distribution: WebhookProvider = {
  proof: headerProof('authorization', secret => [`Bearer ${secret}`]),
  parsePayload(payload) {
    const { events } = parseWhole('distribution', envelope, payload)
    const read = events.map((one, at) => readEvent(one, `events[${at}]`))
    return {
      hints: read.flatMap(one => ('problem' in one ? [] : one.hints)),
      parts: events.length,
      notUnderstood: read.flatMap(one => ('problem' in one ? [one.problem] : [])),
      isTest: events.length === 1 && isPing(events[0]),
    }
  },
}

/** Registries that send notifications of this form try an address with such an event. */
const isPing = (one: unknown): boolean => {
  const known = anyEvent.safeParse(one)
  return known.success && /^(ping|test)$/i.test(known.data.action)
}

function readEvent(one: unknown, root: string): Pick<ParsedPayload, 'hints'> | { readonly problem: string } {
  const known = parsePart(anyEvent, one, root)
  if ('problem' in known) return known
  // What was pulled or mounted is no news, whatever it was.
  if (!['push', 'delete'].includes(known.part.action)) return { hints: [] }
  const read = parsePart(event, one, root)
  if ('part' in read) return { hints: hintsOf(read.part) }
  const byTag = taggedEvent.safeParse(one)
  return byTag.success ? { hints: hintsOf(byTag.data) } : read
}

/** A delete carries a digest without a tag, or a tag without a digest, or the repository alone; never a media type. */
function hintsOf({ action, target, actor, request }: z.infer<typeof event>): ProviderHint[] {
  const { repository, tag, digest } = target
  const where = { repository, ...(tag && { tag }), ...(digest && { digest }) }
  if (action === 'push') return isManifest(target.mediaType) ? [{ type: 'ImagePushed', ...where }] : []
  const by = eventActor({ name: actor.name, address: request.addr, agent: request.useragent })
  const told = { by, ...(digest && { digests: [digest] }), ...(tag && { tags: [tag] }) }
  return [{ type: 'ImageDeleted', ...(tag ? where : { repository }), told: [told] }]
}
