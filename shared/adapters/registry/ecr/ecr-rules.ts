import { GetLifecyclePolicyCommand } from '@aws-sdk/client-ecr'
import type { RegistryRules } from '../../../domain/registry-rules/registry-rules.ts'
import type { EcrSession } from './ecr-session.ts'

/**
 * The lifecycle policy of a repository; undefined where it has none. Needs `ecr:GetLifecyclePolicy`.
 *
 * @throws AccessDeniedError without that right; NotFoundError for a repository that is not there
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetLifecyclePolicy.html
 */
export async function findLifecyclePolicy(session: EcrSession, repository: string): Promise<RegistryRules | undefined> {
  const command = new GetLifecyclePolicyCommand(session.in(repository))
  const answer = await session.call('GetLifecyclePolicy', (client, options) => client.send(command, options), [
    'LifecyclePolicyNotFoundException',
  ])
  return answer && { kind: 'ecr-lifecycle', text: answer.lifecyclePolicyText ?? '' }
}
