import * as z from 'zod'
import { parsedImages } from '../image-hints.ts'
import { headerProof } from '../secret-proof.ts'
import { readCloudEvent } from './cloud-event.ts'
import { irrelevant, parseWhole, type WebhookProvider } from './provider.ts'

const image = z.object({
  name: z.unknown().optional(),
  reference: z.unknown().optional(),
  digest: z.unknown().optional(),
})

/** A body holds the whole manifest as text, of which registries take four megabytes. */
const maxBodyBytes = 5 * 1024 * 1024

const basic = (userAndPassword: string): string => `Basic ${Buffer.from(userAndPassword).toString('base64')}`

/**
 * zot, by CloudEvents in either mode; it sends each event once. What stands before `.image.updated` in the type is its own
 * setting.
 * @see https://zotregistry.dev/latest/articles/events/
 */
export const zot: WebhookProvider = {
  proof: headerProof('authorization', secret => [`Bearer ${secret}`, basic(`shelflife:${secret}`)]),
  maxBodyBytes,
  parsePayload(payload, { headers }) {
    const { type, data } = readCloudEvent('zot', payload, headers)
    const what = /(?:^|\.)image\.(updated|deleted)$/.exec(type)?.[1]
    if (what === undefined) return irrelevant
    const { name, reference, digest } = parseWhole('zot', image, data)
    return parsedImages(what === 'deleted' ? 'ImageDeleted' : 'ImagePushed', [
      { repository: ['name', name], tag: ['reference', reference], digest: ['digest', digest] },
    ])
  },
}
