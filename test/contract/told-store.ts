import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { ToldRecord } from '../../shared/domain/records/notifications.ts'
import { ConflictError } from '../../shared/errors.ts'
import type { ToldStore } from '../../shared/ports/notifications.ts'
import type { Draft } from '../../shared/ports/store.ts'
import { at } from '../support/records.ts'

export const toldDraft = (receiver: string, rest: Partial<ToldRecord> = {}): Draft<ToldRecord> => ({
  receiver,
  of: 'eu/shop/nightly',
  told: [{ subject: 'deletions-ahead', at: at(0), basis: '2026-01-01', upTo: at(60) }],
  expiresAtSeconds: 4_000_000_000,
  ...rest,
})

/** What the table owes to those who tell. */
export function toldStoreContract(store: () => ToldStore): void {
  it('gives back what a receiver was told, and nothing of another receiver', async () => {
    const [one, other] = [randomUUID(), randomUUID()]

    const record = await store().saveTold(toldDraft(one), undefined)

    expect(await store().listTold(one, ['eu/shop/nightly', 'eu/shop'])).toEqual([record])
    expect(await store().listTold(other, ['eu/shop/nightly'])).toEqual([])
  })

  it('lets of two who are about to tell only one write', async () => {
    const receiver = randomUUID()
    const before = await store().saveTold(toldDraft(receiver), undefined)

    await store().saveTold(toldDraft(receiver, { sending: { by: 'a', until: at(5) } }), before)

    const second = store().saveTold(toldDraft(receiver, { sending: { by: 'b', until: at(5) } }), before)
    await expect(second).rejects.toThrow(ConflictError)
  })
}
