import { expect, it, onTestFinished, vi } from 'vitest'
import { runSchedules, type ScheduleOptions } from '../../../cli/embedded/schedules.ts'
import { NotFoundError } from '../../../shared/errors.ts'

const start = (options: Partial<ScheduleOptions>) => {
  const errors: unknown[] = []
  const running = runSchedules({
    schedules: [{ name: 'reconcile', everyMs: 60_000 }],
    speed: 1,
    invoke: async () => {},
    onError: (name, error) => errors.push([name, error]),
    ...options,
  })
  onTestFinished(() => running.stop())
  return { running, errors }
}

it('fires every schedule at the start, and then as often as the speed says', async () => {
  const fired: string[] = []

  start({
    schedules: [
      { name: 'reconcile', everyMs: 60_000 },
      { name: 'inventory', everyMs: 300_000 },
    ],
    speed: 3000,
    invoke: async name => void fired.push(name),
  })

  expect(fired).toEqual(['reconcile', 'inventory'])
  await vi.waitFor(() => expect(fired.filter(name => name === 'inventory')).toHaveLength(2))
  expect(fired.filter(name => name === 'reconcile').length).toBeGreaterThanOrEqual(4)
})

it('never runs a schedule twice at a time, and makes one run of all that fell due meanwhile', async () => {
  const runs: PromiseWithResolvers<void>[] = []
  const { running } = start({
    invoke: () => {
      const run = Promise.withResolvers<void>()
      runs.push(run)
      return run.promise
    },
  })

  const asked = [running.runNow('reconcile'), running.runNow('reconcile')]
  expect(runs).toHaveLength(1)
  runs[0]?.resolve()
  await vi.waitFor(() => expect(runs).toHaveLength(2))
  runs[1]?.resolve()
  await Promise.all(asked)

  expect(runs).toHaveLength(2)
})

it('goes on after a run that failed, and tells of it', async () => {
  const failure = new Error('cluster does not answer')
  let runs = 0

  const { errors } = start({
    speed: 6000,
    invoke: () => {
      runs += 1
      throw failure
    },
  })
  await vi.waitFor(() => expect(runs).toBeGreaterThanOrEqual(3))

  expect(errors[0]).toEqual(['reconcile', failure])
})

it('F26 keeps its pace when the wall clock goes back', async () => {
  let nowMs = Date.UTC(2026, 0, 1)
  const times: string[] = []

  start({
    speed: 6000,
    now: () => {
      nowMs -= 600_000
      return nowMs
    },
    invoke: async (_, time) => void times.push(time.toISOString()),
  })
  await vi.waitFor(() => expect(times.length).toBeGreaterThanOrEqual(3))

  expect(times.slice(0, 2)).toEqual(['2025-12-31T23:50:00.000Z', '2025-12-31T23:40:00.000Z'])
})

it('runs a schedule out of turn, and refuses one that does not exist', async () => {
  const fired: string[] = []
  const { running } = start({ invoke: async name => void fired.push(name) })

  await running.runNow('reconcile')

  expect(fired).toEqual(['reconcile', 'reconcile'])
  await expect(running.runNow('sweep')).rejects.toBeInstanceOf(NotFoundError)
})

it('waits at its stop for the run under way and starts no other', async () => {
  const run = Promise.withResolvers<void>()
  let runs = 0
  const { running } = start({
    speed: 60_000,
    invoke: () => {
      runs += 1
      return run.promise
    },
  })

  const stopped = running.stop()
  run.resolve()
  await stopped
  await running.runNow('reconcile')

  expect(runs).toBe(1)
})
