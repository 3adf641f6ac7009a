import { oci } from './plain.ts'
import type { Provider } from './provider.ts'

/**
 * Nexus Repository 3. What no tag leads to is deleted by a task of its administrators, where they run one. Its REST API is
 * where Nexus is, and images often have a port of their own.
 *
 * @see https://help.sonatype.com/en/docker-cleanup-strategies.html
 */
export const nexus = {
  ...oci,
  countsPulls: true,
  untagged: 'collected',
  restorableUntil: () =>
    'Nexus keeps deleted layers until its tasks delete unused manifests and compact the blob store, which its administrators schedule; after that no image comes back',
} as const satisfies Provider
