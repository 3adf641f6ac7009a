import * as z from 'zod'
import { parsedImages } from '../image-hints.ts'
import { addressProof } from '../secret-proof.ts'
import { parseWhole, type WebhookProvider } from './provider.ts'

const push = z.object({
  push_data: z.object({ tag: z.unknown().optional(), digest: z.unknown().optional() }),
  repository: z.object({
    repo_full_name: z.unknown().optional(),
    namespace: z.string().optional().catch(undefined),
    name: z.string().optional().catch(undefined),
  }),
})

/**
 * Alibaba Cloud Container Registry: pushes alone, one tag each, without a signature.
 * @see https://www.alibabacloud.com/help/en/acr/user-guide/manage-webhooks
 */
export const aliyun: WebhookProvider = {
  proof: addressProof,
  parsePayload(payload) {
    const { push_data: pushed, repository } = parseWhole('aliyun', push, payload)
    const { repo_full_name: fullName, namespace, name } = repository
    const path = fullName ?? (namespace && name ? `${namespace}/${name}` : undefined)
    return parsedImages('ImagePushed', [
      {
        repository: ['repository.repo_full_name', path],
        tag: ['push_data.tag', pushed.tag],
        digest: ['push_data.digest', pushed.digest],
      },
    ])
  },
}
