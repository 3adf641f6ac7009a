import { hosted } from './plain.ts'
import type { Provider } from './provider.ts'

/**
 * An index leaves its children when it is deleted. Its policies (retention of untagged manifests, soft delete) are off until
 * somebody sets them.
 *
 * @see https://github.com/Azure/azure-sdk/issues/2676
 * @see https://learn.microsoft.com/azure/container-registry/container-registry-soft-delete-policy
 */
export const acr = {
  ...hosted,
  // What Azure's own clients ask of its lists.
  pageSize: 100,
  takesReferrers: true,
  restorableUntil: () =>
    'ACR keeps what is deleted for 7 days, or for the 1 to 90 that it is set to, where its soft delete policy is on; without one its layers go at a time of its own',
  hosts: { pattern: /(^|\.)azurecr\.(io|cn|us|de)$/ },
} as const satisfies Provider
