import { NotFoundError } from '../../shared/errors.ts'

export interface FunctionSchedule {
  readonly name: string
  readonly everyMs: number
}

export interface ScheduleOptions {
  readonly schedules: readonly FunctionSchedule[]
  /** How much faster than the wall clock the schedules go: 60 makes a minute a second. */
  readonly speed: number
  readonly invoke: (name: string, scheduledTime: Date) => Promise<void>
  /** Told of a run that failed; the schedule goes on. */
  readonly onError: (name: string, error: unknown) => void
  /** The wall clock, for the time a run is told; the pace does not follow it. */
  readonly now?: () => number
}

export interface RunningSchedules {
  /** Fires no more, and resolves when the runs that are under way have ended. */
  stop(): Promise<void>
  /** Runs a schedule out of turn, after a run of it that is under way. Resolves when that run has ended, well or not. */
  runNow(name: string): Promise<void>
}

const longestTimerMs = 2 ** 31 - 1

/**
 * Fires every schedule once at the start and then at fixed instants. Runs of one schedule never overlap: what falls due
 * meanwhile, once or often, makes one run right after.
 */
export const runSchedules = (options: ScheduleOptions): RunningSchedules => {
  const runners = new Map(options.schedules.map(schedule => [schedule.name, new ScheduleRunner(schedule, options)]))
  for (const runner of runners.values()) runner.start()
  return {
    stop: async () => {
      await Promise.all(Array.from(runners.values(), runner => runner.stop()))
    },
    runNow: async name => {
      const runner = runners.get(name)
      if (!runner)
        throw new NotFoundError(
          `schedule ${name} does not exist: expected one of ${Array.from(runners.keys()).join(', ')}`,
        )
      await runner.fire()
    },
  }
}

class ScheduleRunner {
  private readonly name: string
  private readonly periodMs: number
  private readonly options: ScheduleOptions
  // On the clock that only goes forward: a wall clock set back must not silence a schedule.
  private nextAtMs = performance.now()
  private timer: NodeJS.Timeout | undefined
  private current: Promise<void> | undefined
  private following: Promise<void> | undefined
  private isStopped = false

  constructor(schedule: FunctionSchedule, options: ScheduleOptions) {
    this.name = schedule.name
    this.periodMs = Math.max(1, schedule.everyMs / options.speed)
    this.options = options
  }

  start(): void {
    this.tick()
  }

  /** The run this firing leads to: a new one, or the one that waits for the current one to end. */
  fire(): Promise<void> {
    if (this.isStopped) return Promise.resolve()
    if (!this.current) return this.run()
    this.following ??= this.current.then(() => {
      this.following = undefined
      return this.isStopped ? undefined : this.run()
    })
    return this.following
  }

  async stop(): Promise<void> {
    this.isStopped = true
    clearTimeout(this.timer)
    await this.current
  }

  private tick(): void {
    const nowMs = performance.now()
    if (nowMs >= this.nextAtMs) {
      void this.fire()
      // A process that was held up has missed many instants: they count once.
      this.nextAtMs += this.periodMs * (Math.floor((nowMs - this.nextAtMs) / this.periodMs) + 1)
    }
    this.timer = setTimeout(() => this.tick(), Math.min(Math.max(1, this.nextAtMs - nowMs), longestTimerMs))
  }

  private run(): Promise<void> {
    const scheduledTime = new Date((this.options.now ?? Date.now)())
    this.current = (async () => this.options.invoke(this.name, scheduledTime))()
      .catch(error => this.options.onError(this.name, error))
      .finally(() => {
        this.current = undefined
      })
    return this.current
  }
}
