import { expect, it } from 'vitest'
import { type GuardDeps, SweepGuard } from '../../../../shared/sweep/execute/sweep-guard.ts'
import { at } from '../../../support/records.ts'

function guardWith(deps: Partial<GuardDeps> = {}) {
  const state = { seconds: 0, asked: 0, isPaused: false, isHeld: true }
  const guard = new SweepGuard({
    killSwitch: {
      isPaused: async () => {
        state.asked += 1
        return state.isPaused
      },
    },
    stillHeld: async () => state.isHeld,
    now: () => at(state.seconds),
    ...deps,
  })
  return { guard, state }
}

it('asks once for all who ask within a second', async () => {
  const { guard, state } = guardWith()

  await Promise.all(Array.from({ length: 1000 }, () => guard.stopReason()))

  expect(state.asked).toBe(1)
})

it('F37 asks again when the answer is older than a second', async () => {
  const { guard, state } = guardWith()
  await guard.stopReason()
  state.isPaused = true
  state.seconds = 2

  expect(await guard.stopReason()).toBe('stopped by the kill switch')
})

it('F26 asks again when the clock was set back', async () => {
  const { guard, state } = guardWith()
  state.seconds = 3600
  await guard.stopReason()
  state.isPaused = true
  state.seconds = 0

  expect(await guard.stopReason()).toBe('stopped by the kill switch')
})

it('F10 stays stopped when the lease comes back', async () => {
  const { guard, state } = guardWith()
  state.isHeld = false
  await guard.stopReason()
  state.isHeld = true
  state.seconds = 60

  expect(await guard.stopReason()).toBe('stopped: another sweep took the repository over')
  expect(await guard.askAgain()).toBe('stopped: another sweep took the repository over')
})

it('F34 throws for everybody when the switch cannot be asked', async () => {
  const broken = async () => {
    throw new Error('no answer')
  }
  const { guard } = guardWith({ killSwitch: { isPaused: broken } })

  await expect(guard.stopReason()).rejects.toThrow('no answer')
  await expect(guard.stopReason()).rejects.toThrow('no answer')
})

it.each([
  [900_000, 91_000, undefined],
  [900_000, 90_000, 'nearly over'],
  [60_000, 31_000, undefined],
  [60_000, 30_000, 'nearly over'],
  [10_000, 5_000, 'nearly over'],
])('F30 of an invocation of %d ms, with %d ms left, says %s', async (wholeMs, leftMs, expected) => {
  let remainingMs = wholeMs
  const { guard } = guardWith({ remainingMs: () => remainingMs })
  remainingMs = leftMs

  const reason = await guard.stopReason()

  if (expected === undefined) expect(reason).toBeUndefined()
  else expect(reason).toContain(expected)
})
