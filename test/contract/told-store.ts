import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { ToldRecord } from '../../shared/domain/records/notifications.ts'
import { ConflictError, InvalidInputError } from '../../shared/errors.ts'
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

  it('gives back all of very many, each as it was saved last', async () => {
    const receiver = randomUUID()
    const names = Array.from({ length: 120 }, (_, at) => `eu/shop/policy-${at}`)
    const saved = await Promise.all(names.map(of => store().saveTold(toldDraft(receiver, { of }), undefined)))
    const [first] = saved
    const again = await store().saveTold(toldDraft(receiver, { of: 'eu/shop/policy-0', told: [] }), first)

    const listed = await store().listTold(receiver, names)

    expect(listed).toHaveLength(120)
    expect(listed.find(({ of }) => of === names[0])).toEqual(again)
  })

  it('takes no name with a separator, which could be that of another', async () => {
    const receiver = randomUUID()

    await expect(store().saveTold(toldDraft(`${receiver}#OF`), undefined)).rejects.toThrow(InvalidInputError)
    await expect(store().saveTold(toldDraft(receiver, { of: 'a#b' }), undefined)).rejects.toThrow(InvalidInputError)
  })

  it('lets of two who tell something for the first time only one write', async () => {
    const receiver = randomUUID()
    const drafts = ['a', 'b'].map(by => toldDraft(receiver, { sending: { by, until: at(5) } }))

    const results = await Promise.allSettled(drafts.map(draft => store().saveTold(draft, undefined)))

    const refused = results.flatMap(result => (result.status === 'rejected' ? [result.reason] : []))
    expect(refused).toEqual([expect.any(ConflictError)])
  })

  it('lets of two who are about to tell only one write', async () => {
    const receiver = randomUUID()
    const before = await store().saveTold(toldDraft(receiver), undefined)

    await store().saveTold(toldDraft(receiver, { sending: { by: 'a', until: at(5) } }), before)

    const second = store().saveTold(toldDraft(receiver, { sending: { by: 'b', until: at(5) } }), before)
    await expect(second).rejects.toThrow(ConflictError)
  })
}
