import type { DeliveryRecord } from '../../shared/domain/records/deliveries.ts'
import { deliveryEnds, deliveryName, deliveryRank, recordedEveryMs } from '../../shared/domain/webhook-delivery.ts'
import type { WebhookProviderName } from '../../shared/domain/webhook-provider.ts'
import type { Store } from '../../shared/ports/store.ts'
import type { Sender, WebhookLog } from './find-senders.ts'

/** What is to be recorded of a delivery, if it is time to. */
export type Delivered = Pick<DeliveryRecord, 'provider' | 'kind' | 'repository' | 'tag' | 'problem'> & {
  readonly provider: WebhookProviderName
}

/** Records deliveries. Without a record a delivery counts as much. */
export interface DeliveryNotes {
  /** What the delivery was recorded as; undefined where it was not. */
  note(sender: Sender, delivered: Delivered, log: WebhookLog): Promise<string | undefined>
}

interface Deps {
  readonly store: Pick<Store, 'noteDelivery'>
  readonly now: () => Date
}

/** Remembers what it recorded, so that the table is asked once in five minutes whatever comes; the table decides between several. */
export function createDeliveryNotes({ store, now }: Deps): DeliveryNotes {
  const known = new Map<string, Pick<DeliveryRecord, 'cameAt' | 'rank'>>()
  return {
    async note({ registry, webhooks }, delivered, log) {
      const [speaker] = webhooks
      if (!speaker) return undefined
      const { key, ...how } = speaker
      const webhook = deliveryName(key, how.presented)
      const cameAt = now()
      const rank = deliveryRank({ kind: delivered.kind, ...how })
      const before = known.get(`${registry} ${webhook}`)
      if (before && before.rank >= rank && cameAt.getTime() - before.cameAt.getTime() < recordedEveryMs)
        return undefined
      known.set(`${registry} ${webhook}`, { cameAt, rank })
      const expiresAtSeconds = deliveryEnds(cameAt)
      try {
        const record = { ...delivered, registry, webhook, ...how, cameAt, rank, expiresAtSeconds }
        return (await store.noteDelivery(record)) ? webhook : undefined
      } catch (error) {
        log.warn('delivery not recorded: it counts all the same', { registry, error })
        return undefined
      }
    },
  }
}
