import { expect, it } from 'vitest'
import { withLease } from '../../../../shared/sweep/world/with-lease.ts'
import { leaseWorld } from '../../../support/lease-world.ts'

it('F10 gives the repository to one at a time', async () => {
  const { deps, take } = leaseWorld()

  const others = await withLease('app', deps, async stillHeld => [await take('another'), await stillHeld()])

  expect(others).toEqual([undefined, true])
})

it('gives it back at the end, also when the work throws', async () => {
  const { deps, take } = leaseWorld()
  const failing = withLease('app', deps, async () => {
    throw new Error('broken')
  })

  await expect(failing).rejects.toThrow('broken')

  expect(await take('another')).toBeDefined()
})

it('F10 knows that it was lost, though the other has given it back meanwhile', async () => {
  const { state, deps, take } = leaseWorld()

  const held = await withLease('app', deps, async stillHeld => {
    state.seconds += 13
    const other = await take('another')
    if (other) await deps.store.releaseLease(other)
    return [await stillHeld(), await stillHeld()]
  })

  expect(held).toEqual([false, false])
})

it('keeps it over a pause in which nobody else wanted it', async () => {
  const { state, deps } = leaseWorld()

  const held = await withLease('app', deps, async stillHeld => {
    state.seconds += 60
    return stillHeld()
  })

  expect(held).toBe(true)
})

it('renews once after the other, however many ask at once', async () => {
  const { deps } = leaseWorld()

  const held = await withLease('app', deps, stillHeld => Promise.all(Array.from({ length: 20 }, () => stillHeld())))

  expect(held.every(Boolean)).toBe(true)
})

it('F7 waits out the lease of one that was killed, and not much longer', async () => {
  const { state, deps, take } = leaseWorld()
  await take('killed')

  await withLease('app', deps, async () => undefined)

  expect(state.seconds).toBeLessThanOrEqual(12.5)
})
