import { oci } from './plain.ts'
import type { Provider } from './provider.ts'

/**
 * JFrog Artifactory. A tag is a folder with the manifest and layers of its own.
 *
 * @see https://jfrog.com/help/r/jfrog-artifactory-documentation/deletion-and-cleanup-of-docker-tags-and-repositories
 */
export const artifactory = {
  ...oci,
  countsPulls: true,
  restorableUntil: () =>
    'Artifactory moves what is deleted to its trash can, from which its administrators restore it for 14 days unless they changed that or switched it off',
} as const satisfies Provider
