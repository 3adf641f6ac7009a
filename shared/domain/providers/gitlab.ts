import { hosted } from './plain.ts'
import type { Provider } from './provider.ts'

/**
 * With its metadata database it removes by itself what no tag and no index leads to, about a day after; without one, what is
 * untagged stays until its administrators collect garbage.
 *
 * @see https://docs.gitlab.com/administration/packages/container_registry_metadata_database/#online-garbage-collection-monitoring
 */
export const gitlab = {
  ...hosted,
  // `n` of its list of tags: more is refused.
  pageSize: 1_000,
  untagged: 'collected',
  restorableUntil: () =>
    'GitLab removes what no tag leads to about a day after, and its layers about a day after that: until then a push of the manifest under its tag brings it back',
  hosts: { pattern: /^registry\.gitlab\.com$/, realmHosts: ['gitlab.com'] },
} as const satisfies Provider
