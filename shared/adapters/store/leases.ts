import { leaseRecord } from '../../domain/records/policies.ts'
import type { Store } from '../../ports/store.ts'
import { itemCodec } from './items.ts'
import { leaseKey } from './keys.ts'
import type { TableClient } from './table-client.ts'

const codec = itemCodec(leaseRecord)

export const leases = (table: TableClient): Pick<Store, 'takeLease' | 'releaseLease'> => ({
  async takeLease(repository, owner, now, durationMs) {
    const key = leaseKey(repository)
    const found = await table.getItem(key)
    const held = found && codec.fromItem(found)
    if (held && held.owner !== owner && held.expiresAt > now) return undefined
    const lease = {
      ...held,
      repository,
      owner,
      expiresAt: new Date(now.getTime() + durationMs),
      token: (held?.token ?? 0) + 1,
    }
    const item = { ...key, ...codec.toAttributes(lease) }
    const taken = held
      ? await table.putItemIf(item, '#token = :token', { ':token': held.token })
      : await table.putItemIf(item, 'attribute_not_exists(pk)', {})
    return taken ? lease : undefined
  },
  async releaseLease(lease) {
    const released = { ...lease, expiresAt: new Date(0) }
    await table.putItemIf({ ...leaseKey(lease.repository), ...codec.toAttributes(released) }, '#token = :token', {
      ':token': lease.token,
    })
  },
})
