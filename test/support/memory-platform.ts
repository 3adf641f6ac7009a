import type { ArchivedManifest, KillSwitch, ManifestArchive } from '../../shared/ports/platform.ts'

export interface MemoryArchive extends ManifestArchive {
  readonly entries: Map<string, ArchivedManifest>
}

/** An archive in memory, by digest. */
export function createMemoryArchive(): MemoryArchive {
  const entries = new Map<string, ArchivedManifest>()
  return {
    entries,
    putManifest: async entry => {
      entries.set(entry.digest, entry)
    },
    findManifest: async (_, digest) => entries.get(digest),
  }
}

/** Thrown in the place of an answer: the process is dead, whatever the call did. */
export class KilledError extends Error {}

/** Counts the calls of everything wrapped by it, and lets nothing through after the `last`-th, whose answer is lost. */
export function createKillPoint(last = Number.POSITIVE_INFINITY) {
  let calls = 0
  return {
    get calls() {
      return calls
    },
    wrap: <T extends object>(target: T): T =>
      new Proxy(target, {
        get(_, name, receiver) {
          const found: unknown = Reflect.get(target, name, receiver)
          if (typeof found !== 'function') return found
          return async (...args: unknown[]) => {
            calls += 1
            if (calls > last) throw new KilledError(`dead before ${String(name)}`)
            const answer: unknown = await Reflect.apply(found, target, args)
            if (calls >= last) throw new KilledError(`killed after ${String(name)}`)
            return answer
          }
        },
      }),
  }
}

export type KillPoint = ReturnType<typeof createKillPoint>

/** A kill switch and the hand on it. */
export function createSwitch(): KillSwitch & { on: boolean } {
  return {
    on: false,
    async isPaused() {
      return this.on
    },
  }
}

/** Lets something happen in the moment before a call of anything wrapped by it. */
export function createMoments() {
  const moments = new Map<string, (...args: unknown[]) => unknown>()
  return {
    /** Each time before a call of this name, until another takes its place. */
    before: (name: string, happen: (...args: unknown[]) => unknown) => void moments.set(name, happen),
    /** Only the first time. */
    onceBefore: (name: string, happen: (...args: unknown[]) => unknown) =>
      void moments.set(name, async (...args) => {
        moments.delete(name)
        await happen(...args)
      }),
    wrap: <T extends object>(target: T): T =>
      new Proxy(target, {
        get(_, name, receiver) {
          const found: unknown = Reflect.get(target, name, receiver)
          if (typeof found !== 'function') return found
          return async (...args: unknown[]) => {
            await moments.get(String(name))?.(...args)
            return Reflect.apply(found, target, args)
          }
        },
      }),
  }
}
