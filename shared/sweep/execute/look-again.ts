import { setTimeout as sleep } from 'node:timers/promises'
import { isRegistryOutcome } from '../../domain/sync-reason.ts'

export interface ConfirmDeps {
  /** Asked before each delete call: why nothing more may be deleted, or undefined. */
  readonly stopReason: () => Promise<string | undefined>
  /** How to wait between two looks at what a delete did; default in real time. */
  readonly pause?: ((ms: number) => Promise<unknown>) | undefined
}

/** Milliseconds before each look: what a registry is slow to carry out is mostly done within seconds. */
const looksAfterMs = [0, 1_000, 4_000, 10_000]

/** True as soon as it is gone; a look that fails does not count, and none is taken when the sweep has to stop. */
export async function isGoneSoon(
  isThere: () => Promise<boolean>,
  { stopReason, pause = sleep }: ConfirmDeps,
): Promise<boolean> {
  for (const ms of looksAfterMs) {
    if (ms > 0) await pause(ms)
    try {
      if (!(await isThere())) return true
    } catch (error) {
      if (!isRegistryOutcome(error)) throw error
    }
    if ((await stopReason()) !== undefined) return false
  }
  return false
}
