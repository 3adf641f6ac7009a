import type { RegistryRules } from '../../../domain/registry-rules/registry-rules.ts'
import type { RegistryApi } from '../registry-api.ts'

const none = { policies: [] }

/**
 * The auto-prune policies of a repository and of its organisation; undefined where neither has one, or that Quay does not prune.
 * What its configuration prunes where an organisation has no policy (`DEFAULT_NAMESPACE_AUTOPRUNE_POLICY`) it tells nobody.
 *
 * @throws AccessDeniedError for a token that may not administer both
 * @see https://github.com/quay/quay/blob/master/endpoints/api/policy.py
 */
export async function findAutoprune(api: RegistryApi, repository: string): Promise<RegistryRules | undefined> {
  const [organization = ''] = repository.split('/', 1)
  const ask = async (path: string): Promise<unknown> =>
    (await api.findJson({ path: `${path}/autoprunepolicy/`, repository }))?.json ?? none
  const ofOrganization = await ask(`/organization/${organization}`)
  const ofRepository = await ask(`/repository/${repository}`)
  if (isNone(ofOrganization) && isNone(ofRepository)) return undefined
  return {
    kind: 'quay-autoprune',
    text: JSON.stringify({ organization: ofOrganization, repository: ofRepository }),
  }
}

const isNone = (json: unknown): boolean =>
  typeof json === 'object' &&
  json !== null &&
  'policies' in json &&
  Array.isArray(json.policies) &&
  json.policies.length === 0
