import { oci } from './plain.ts'
import type { Provider } from './provider.ts'

/**
 * Gitea and Forgejo. A tag is a version of its own that holds its manifest and layers, and so is a digest that was pushed:
 * a manifest that only a tag held goes when that is deleted or moved, and layers with the last version that needs them.
 * Children of an index, which are pushed by their digest, stay; in a Forgejo until its next clean-up.
 *
 * @see https://github.com/go-gitea/gitea/blob/main/routers/api/packages/container/manifest.go
 * @see https://docs.gitea.com/usage/packages/container
 */
export const gitea = {
  ...oci,
  // `MAX_RESPONSE_ITEMS`, unless its administrators changed it.
  pageSize: 50,
  // Of Forgejo, which cleans up what only its digest holds; Gitea leaves it.
  untagged: 'collected',
  restorableUntil: () =>
    'Gitea gives up layers with the last image of the repository that needs them: what is deleted comes back from an archive of layers, or is pushed again from its source',
} as const satisfies Provider
