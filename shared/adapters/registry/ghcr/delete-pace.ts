import type { Clock } from '../../http/retry.ts'

/** A delete costs five of 900 points a minute, which is 180 deletes; the rest is for reading. */
const apartMs = 400

/** Keeps deletes apart, so that GitHub has no reason to refuse all requests of a token for a while. */
export class DeletePace {
  readonly #clock: Clock
  #freeAtMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Waits for the turn of one. */
  async turn(signal?: AbortSignal): Promise<void> {
    const nowMs = this.#clock.now().getTime()
    const atMs = Math.max(nowMs, this.#freeAtMs)
    this.#freeAtMs = atMs + apartMs
    if (atMs > nowMs) await this.#clock.sleep(atMs - nowMs, signal)
  }
}

const paces = new Map<string, DeletePace>()

/** Of a token there is one pace, however many writers this process opens with it; `clock` is that of its first mention. */
export function deletePaceOf(token: string, clock: Clock): DeletePace {
  const known = paces.get(token) ?? new DeletePace(clock)
  paces.set(token, known)
  return known
}
