import { oci } from './plain.ts'
import type { Provider } from './provider.ts'

/**
 * A manifest is there while a tag is on it or it was pushed by its digest: with the last of these it goes at once, and with
 * an index its children that have no tag. What has none is collected beside, unless a retention policy keeps it.
 *
 * @see https://github.com/project-zot/zot/blob/main/pkg/storage/imagestore/imagestore.go
 * @see https://zotregistry.dev/latest/articles/retention/
 */
export const zot = {
  ...oci,
  countsPulls: true,
  untagged: 'goes-with-index',
  restorableUntil: () =>
    'zot removes layers that no image needs after its gcDelay, which is an hour by default, and at once with the last image of a repository',
} as const satisfies Provider
