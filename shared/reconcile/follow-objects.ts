import type { Cluster } from '../ports/cluster.ts'
import { atMost } from './at-most.ts'
import type { ObjectMirror } from './object-mirror.ts'

export interface FollowTimes {
  /** How long the cluster is watched; 0 ends as soon as what changed before is told. */
  readonly seconds: number
  readonly now: Date
  /** False where the run has to end. */
  readonly hasTime: () => boolean
}

/** So long nothing came in of what a cluster had to tell. */
const quietMs = 100
/** A cluster in which something changes all the time is looked at while it does. */
const longestQuietMs = 1_000
/** A run that has to end is told so within this. */
const checkMs = 500

/** Brings what a process knows of a cluster up to date, looks at it, and looks again at what changes while it is watched. */
export async function followObjects(
  cluster: Cluster,
  mirror: ObjectMirror,
  { seconds, now, hasTime }: FollowTimes,
  look: () => Promise<void>,
): Promise<void> {
  const stop = new AbortController()
  const news = new News()
  const until = performance.now() + seconds * 1_000
  const options = { seconds: Math.max(1, seconds), now, signal: stop.signal, onNews: () => news.tell() }
  const { open, ended } = mirror.follow(cluster, options)
  ended.then(
    () => news.end(),
    () => news.end(),
  )
  try {
    await Promise.race([open, ended])
    for (let quietFor = 0; quietFor < longestQuietMs && (await news.come(quietMs)); quietFor += quietMs) news.take()
    await look()
    while (hasTime() && !news.isOver && performance.now() < until) {
      const isNews = await news.come(Math.min(checkMs, until - performance.now()))
      if (isNews && news.take()) await look()
    }
  } finally {
    stop.abort()
  }
  await ended
}

/** Whether something came in, and somebody who waits for it. */
class News {
  #isNews = false
  #wake: () => void = () => undefined
  isOver = false

  tell(): void {
    this.#isNews = true
    this.#wake()
  }

  /** Nothing comes in any more. */
  end(): void {
    this.isOver = true
    this.#wake()
  }

  /** True, once, where something came in since it was taken last. */
  take(): boolean {
    const isNews = this.#isNews
    this.#isNews = false
    return isNews
  }

  /** True as soon as something came in; false when the time is over, or nothing comes in any more. */
  async come(ms: number): Promise<boolean> {
    if (this.#isNews || this.isOver) return this.#isNews
    const woken = new Promise<void>(resolve => {
      this.#wake = resolve
    })
    await atMost(ms, woken)
    return this.#isNews
  }
}
