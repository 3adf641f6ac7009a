import { amountText } from '../amount-text.ts'
import type { GarbageCollection, Provider } from './provider.ts'

/**
 * `deleteDeeply` takes untagged children along, and what is attached to an image.
 *
 * @see https://github.com/goharbor/harbor/blob/main/src/controller/artifact/controller.go
 * @see https://goharbor.io/docs/main/administration/garbage-collection/
 */
export const harbor = {
  credential: 'login',
  countsPulls: true,
  pageSize: 100,
  untagged: 'goes-with-index',
  restorableUntil: (_host, collection) =>
    collection === undefined
      ? 'Harbor keeps deleted layers until its next garbage collection, which its administrators schedule; it spares what was uploaded in the last two hours'
      : collectionText(collection),
} as const satisfies Provider

function collectionText({ cron, deletesUntagged, sparesHours }: GarbageCollection): string {
  const when =
    cron === undefined
      ? 'until somebody starts its garbage collection, of which none is scheduled'
      : `until its next garbage collection, scheduled as "${cron}" (seconds first, UTC)`
  const spared = sparesHours === 0 ? 'nothing' : `what was uploaded in the last ${amountText(sparesHours, 'hour')}`
  const untagged = deletesUntagged ? ', and deletes images without a tag, also those that are put back so' : ''
  return `Harbor keeps deleted layers ${when}; it spares ${spared}${untagged}`
}
