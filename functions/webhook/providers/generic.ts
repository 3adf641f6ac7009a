import * as z from 'zod'
import { InvalidInputError } from '../../../shared/errors.ts'
import { type ImageFields, parsedImages } from '../image-hints.ts'
import { signatureProof } from '../secret-proof.ts'
import { irrelevant, onlyTest, parseWhole, type WebhookProvider } from './provider.ts'

const event = z.object({
  time: z.union([z.iso.datetime({ offset: true, error: 'expected a time such as 2026-01-01T00:00:00Z' }), z.int()]),
  action: z.string().default('push'),
  repository: z.unknown().optional(),
  tag: z.unknown().optional(),
  tags: z.array(z.unknown()).optional(),
  digest: z.unknown().optional(),
})
type Event = z.infer<typeof event>

/** A message of another time is one that somebody sends again. */
const windowMinutes = 5

/**
 * A CI job that tells what it pushed or deleted, with the time at which it does, in RFC 3339 or in seconds since 1970. The
 * signature is over the body as it is sent.
 */
export const generic: WebhookProvider = {
  proof: signatureProof({ headers: ['x-signature'], algorithm: 'sha256', prefix: 'sha256=' }),
  parsePayload(payload, { receivedAt }) {
    const told = parseWhole('generic', event, payload)
    refuseOtherTimes(told, receivedAt)
    if (told.action === 'ping') return onlyTest
    if (!['push', 'delete'].includes(told.action)) return irrelevant
    return parsedImages(told.action === 'delete' ? 'ImageDeleted' : 'ImagePushed', imagesOf(told))
  },
}

function refuseOtherTimes({ time }: Event, receivedAt: Date): void {
  const toldMs = typeof time === 'number' ? time * 1000 : Date.parse(time)
  if (Math.abs(receivedAt.getTime() - toldMs) <= windowMinutes * 60_000) return
  throw new InvalidInputError(
    `generic payload: time: expected within ${windowMinutes} minutes of now, got another; look at the clock of the job, and sign anew what is sent again`,
  )
}

const imagesOf = ({ repository, tag, tags, digest }: Event): ImageFields[] => {
  const named = [
    ...(tag === undefined ? [] : [['tag', tag] as const]),
    ...(tags ?? []).map((one, at) => [`tags[${at}]`, one] as const),
  ]
  const image = { repository: ['repository', repository], digest: ['digest', digest] } as const
  return named.length === 0 ? [image] : named.map(one => ({ ...image, tag: one }))
}
