import { expect, it } from 'vitest'
import { holdLease } from '../../../shared/restore/hold-lease.ts'
import { leaseWorld } from '../../support/lease-world.ts'

it('F10 puts nothing more back once a sweep held the repository meanwhile', async () => {
  const { state, deps, take } = leaseWorld()

  const restoring = holdLease('app', { ...deps, sleep: deps.wait }, async requireLease => {
    await requireLease()
    state.seconds += 13
    const sweep = await take('a sweep')
    if (sweep) await deps.store.releaseLease(sweep)
    await requireLease()
  })

  await expect(restoring).rejects.toThrow('app: a sweep took it over meanwhile; restore again')
})

it('renews once for all who ask within a second', async () => {
  const { state, deps } = leaseWorld()

  const renewals = await holdLease('app', { ...deps, sleep: deps.wait }, async requireLease => {
    const before = state.taken
    await Promise.all(Array.from({ length: 20 }, () => requireLease()))
    state.seconds += 2
    await Promise.all(Array.from({ length: 20 }, () => requireLease()))
    return state.taken - before
  })

  expect(renewals).toBe(2)
})
