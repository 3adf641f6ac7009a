import * as z from 'zod'
import { parsedImages } from '../image-hints.ts'
import { signatureProof } from '../secret-proof.ts'
import { irrelevant, onlyTest, parseWhole, type WebhookProvider } from './provider.ts'

const event = z.object({
  action: z.string(),
  package: z.object({
    type: z.string(),
    name: z.string(),
    version: z.unknown().optional(),
    owner: z.object({ login: z.string() }),
  }),
  sender: z.object({ login: z.unknown().optional() }).catch({ login: undefined }),
})

/**
 * Gitea and Forgejo: one version of a package each, which of an image is a tag or a digest. A tag that moves tells of the new
 * one alone, and a test is a push to a repository of code.
 * @see https://docs.gitea.com/usage/repository/webhooks
 */
export const gitea: WebhookProvider = {
  proof: signatureProof({
    headers: ['x-gitea-signature', 'x-forgejo-signature'],
    algorithm: 'sha256',
  }),
  parsePayload(payload, { headers }) {
    const name = headers['x-gitea-event'] ?? headers['x-forgejo-event']
    if (name === 'push' || name === 'ping') return onlyTest
    if (name !== undefined && name !== 'package') return irrelevant
    const { action, package: version, sender } = parseWhole('gitea', event, payload)
    const isKnown = ['created', 'updated', 'deleted'].includes(action)
    if (version.type !== 'container' || !isKnown) return irrelevant
    return parsedImages(action === 'deleted' ? 'ImageDeleted' : 'ImagePushed', [
      {
        repository: ['package.name', `${version.owner.login}/${version.name}`.toLowerCase()],
        tag: ['package.version', version.version],
        by: sender.login,
      },
    ])
  },
}
