import { hosted } from './plain.ts'
import type { Provider } from './provider.ts'

/**
 * What no tag and no index leads to is handed out no more, and is collected two weeks later as a rule (`TAG_EXPIRATION_OPTIONS`,
 * each organisation chooses).
 *
 * @see https://github.com/quay/quay/blob/master/data/model/oci/manifest.py
 * @see https://docs.projectquay.io/use_quay.html#tag-expiration
 */
export const quay = {
  ...hosted,
  // `limit` of its list of tags.
  pageSize: 100,
  untagged: 'collected',
  restorableUntil: () =>
    'Quay keeps what is deleted for two weeks as a rule, or as long as its organisation has set; a manifest that is put back without a tag goes within the hour',
  hosts: { pattern: /^quay\.io$/ },
} as const satisfies Provider
