import { KilledError } from '../support/memory-platform.ts'
import type { Dice } from './dice.ts'

/**
 * One life of the process: every call to the outside goes through it, one at a time, so that equal seeds give equal
 * lives whatever the machine does. After the `last` call, whose answer is lost, nothing gets through any more.
 */
export interface ProcessLife {
  readonly calls: number
  readonly isOver: boolean
  wrap<T extends object>(target: T, before?: BeforeCall): T
  /** Resolves when no call is under way: what a dead process had sent may still arrive. */
  settle(): Promise<void>
}

/** Runs in front of a call, as if it happened elsewhere at that moment. */
export type BeforeCall = (name: string, args: readonly unknown[]) => Promise<void>

export function createProcessLife(last = Number.POSITIVE_INFINITY): ProcessLife {
  let calls = 0
  let tail: Promise<unknown> = Promise.resolve()
  const call = async (name: string, perform: () => unknown, before: (() => Promise<void>) | undefined) => {
    calls += 1
    if (calls > last) throw new KilledError(`dead before ${name}`)
    await before?.()
    const answer = await perform()
    if (calls >= last) throw new KilledError(`killed after ${name}`)
    return answer
  }
  const inTurn = (name: string, perform: () => unknown, before?: () => Promise<void>): Promise<unknown> => {
    const turn = tail.then(() => call(name, perform, before))
    tail = turn.catch(() => undefined)
    return turn
  }
  return {
    get calls() {
      return calls
    },
    get isOver() {
      return calls >= last
    },
    wrap: (target, before) =>
      new Proxy(target, {
        get(_, name) {
          const found: unknown = Reflect.get(target, name)
          if (typeof found !== 'function') return found
          return (...args: unknown[]) =>
            inTurn(String(name), () => Reflect.apply(found, target, args), before && (() => before(String(name), args)))
        },
      }),
    settle: async () => {
      await tail
    },
  }
}

/**
 * After how many calls a process is killed. A handler makes some tens of calls for a hint and some hundreds for a sweep:
 * small numbers are as likely as large.
 */
export const anyKill = ({ dice }: { readonly dice: Dice }, percent: number): number =>
  dice.chance(percent) ? Math.ceil(2 ** (dice.below(900) / 100)) : Number.POSITIVE_INFINITY
