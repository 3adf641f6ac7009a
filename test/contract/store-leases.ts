import { expect, it } from 'vitest'
import type { Store } from '../../shared/ports/store.ts'
import { at, freshId } from '../support/records.ts'

/** One sweep a repository at a time, whatever dies and whoever is late. */
export function leaseContract(store: () => Store): void {
  it('F10 gives a lease to one of many', async () => {
    const repository = freshId()

    const owners = ['a', 'b', 'c', 'd']
    const taken = await Promise.all(owners.map(owner => store().takeLease(repository, owner, at(0), 1000)))

    expect(taken.filter(lease => lease !== undefined)).toHaveLength(1)
  })

  it('gives it to another only after it expired', async () => {
    const repository = freshId()
    const first = await store().takeLease(repository, 'a', at(0), 10_000)

    expect(await store().takeLease(repository, 'b', at(9), 10_000)).toBeUndefined()
    const second = await store().takeLease(repository, 'b', at(10), 10_000)

    expect(second?.token).toBe((first?.token ?? 0) + 1)
    expect(await store().takeLease(repository, 'a', at(11), 10_000)).toBeUndefined()
  })

  it('renews for its owner with a greater token', async () => {
    const repository = freshId()
    const first = await store().takeLease(repository, 'a', at(0), 10_000)
    const again = await store().takeLease(repository, 'a', at(5), 10_000)

    expect(again).toMatchObject({ owner: 'a', expiresAt: at(15) })
    expect(again?.token).toBeGreaterThan(first?.token ?? 0)
  })

  it('is free at once when it is given back', async () => {
    const repository = freshId()
    const lease = await store().takeLease(repository, 'a', at(0), 10_000)
    if (lease) await store().releaseLease(lease)

    expect(await store().takeLease(repository, 'b', at(1), 10_000)).toMatchObject({ owner: 'b' })
  })

  it('F10 is not taken from its new owner by a late release of the old one', async () => {
    const repository = freshId()
    const late = await store().takeLease(repository, 'a', at(0), 1000)
    await store().takeLease(repository, 'b', at(2), 10_000)
    if (late) await store().releaseLease(late)

    expect(await store().takeLease(repository, 'c', at(3), 10_000)).toBeUndefined()
  })
}
