import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { DeliveryRecord } from '../../shared/domain/records/deliveries.ts'
import { deliveryRank } from '../../shared/domain/webhook-delivery.ts'
import type { Store } from '../../shared/ports/store.ts'
import { at } from '../support/records.ts'

const minute = 60

const deliveryOf = (registry: string, seconds: number, rest: Partial<DeliveryRecord> = {}): DeliveryRecord => {
  const record = {
    registry,
    webhook: 'harbor-0123456789abcdef',
    provider: 'harbor' as const,
    cameAt: at(seconds),
    kind: 'nothing' as const,
    isOldSecret: false,
    expiresAtSeconds: 4_000_000_000,
    ...rest,
  }
  return { ...record, rank: deliveryRank(record) }
}

/** What webhooks delivered. */
export function deliveryContract(store: () => Store): void {
  const registryOf = () => `${randomUUID()}.example:5000`

  it('finds the last delivery of each webhook of a registry, and nothing of another registry', async () => {
    const registry = registryOf()
    const one = deliveryOf(registry, 0, { kind: 'hints', repository: 'team/app', tag: 'v1' })
    const other = deliveryOf(registry, 1, { webhook: 'quay-1', kind: 'misfit', problem: 'expected something else' })

    const noted = [await store().noteDelivery(one), await store().noteDelivery(other)]

    expect(noted).toEqual([true, true])
    const { deliveries, followed } = await store().listDeliveries(registry)
    expect(deliveries).toEqual([one, other])
    expect(followed).toEqual([])
    expect(await store().listDeliveries(registryOf())).toEqual({ deliveries: [], followed: [] })
  })

  it('records one delivery in five minutes, however many come', async () => {
    const registry = registryOf()

    const times = [0, 1, 5 * minute, 5 * minute + 1, 11 * minute]
    const noted = []
    for (const seconds of times) noted.push(await store().noteDelivery(deliveryOf(registry, seconds)))

    expect(noted).toEqual([true, false, false, true, true])
    expect((await store().listDeliveries(registry)).deliveries).toEqual([deliveryOf(registry, 11 * minute)])
  })

  it('lets a push stand over a test, and what came after a rotation over what came before, within these minutes', async () => {
    const registry = registryOf()
    const old = { isOldSecret: true }

    const sent = [
      deliveryOf(registry, 0, { kind: 'test' }),
      deliveryOf(registry, 1, { kind: 'hints' }),
      deliveryOf(registry, 2, { ...old, kind: 'test' }),
      deliveryOf(registry, 3, { ...old, kind: 'hints' }),
      deliveryOf(registry, 4, { kind: 'hints' }),
      deliveryOf(registry, 5, { ...old, kind: 'test' }),
    ]
    const noted = []
    for (const one of sent) noted.push(await store().noteDelivery(one))

    expect(noted).toEqual([true, true, true, true, false, false])
  })

  it('lets one of several that record at once write', async () => {
    const registry = registryOf()

    const noted = await Promise.all([0, 0, 0, 0].map(() => store().noteDelivery(deliveryOf(registry, 0))))

    expect(noted.filter(isNoted => isNoted)).toHaveLength(1)
  })

  it('keeps what a sync did last after a delivery', async () => {
    const registry = registryOf()
    const followed = (seconds: number) => ({
      registry,
      webhook: 'harbor-0123456789abcdef',
      followedAt: at(seconds),
      repository: 'team/app',
      outcome: 'synced',
      message: '1 change',
      expiresAtSeconds: 4_000_000_000,
    })

    await store().noteFollowed(followed(1))
    await store().noteFollowed(followed(2))

    expect(await store().listDeliveries(registry)).toEqual({ deliveries: [], followed: [followed(2)] })
  })
}
