import { hosted } from './plain.ts'
import type { Provider } from './provider.ts'

/**
 * GitHub's Container registry: versions of a package, by digest. Each manifest that is got counts as a download, and a public
 * version with more than 5,000 of these cannot be deleted any more. Children stay when their index goes.
 *
 * @see https://docs.github.com/en/rest/packages/packages
 * @see https://docs.github.com/en/packages/learn-github-packages/deleting-and-restoring-a-package
 */
export const ghcr = {
  ...hosted,
  countsPulls: true,
  pageSize: 100,
  hosts: { pattern: /(^|\.)ghcr\.io$/, api: 'https://api.github.com' },
  restorableUntil: () =>
    'GitHub keeps a deleted version for 30 days, in which "Restore" in the settings of the package brings it back whole; whether layers that only it had can be pushed to again before that, GitHub does not say',
} as const satisfies Provider
