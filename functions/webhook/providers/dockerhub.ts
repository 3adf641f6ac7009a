import * as z from 'zod'
import { parsedImages } from '../image-hints.ts'
import { addressProof } from '../secret-proof.ts'
import { parseWhole, type WebhookProvider } from './provider.ts'

const push = z.object({
  push_data: z.object({ tag: z.unknown().optional() }),
  repository: z.object({ repo_name: z.unknown().optional() }),
})

/**
 * Docker Hub: pushes alone, one tag each, with neither digest nor signature. Its `callback_url` is never called: who knows the
 * address may have written it.
 * @see https://docs.docker.com/docker-hub/repos/manage/webhooks/
 */
export const dockerhub: WebhookProvider = {
  proof: addressProof,
  parsePayload(payload) {
    const { push_data: pushed, repository } = parseWhole('dockerhub', push, payload)
    return parsedImages('ImagePushed', [
      { repository: ['repository.repo_name', repository.repo_name], tag: ['push_data.tag', pushed.tag] },
    ])
  },
}
