import { AbstractLevel } from 'abstract-level'
import { GroupedWrites } from './grouped-writes.ts'

type Level = AbstractLevel<unknown, string, string>

const level: Level = AbstractLevel.prototype
const { get, put, del } = level
const writes = new WeakMap<Level, GroupedWrites>()

/**
 * The engine asks for each value by a call of its own, and writes an item and each of its places in the indexes by one: all of
 * them go to a thread and back. What is read lies in memory as a rule, so it is read at once; and what is written in one
 * turn goes together, and is written when its call returns, as before.
 */
export function callLevelSeldom(): void {
  Object.assign(AbstractLevel.prototype, {
    async get(this: Level, key: string) {
      return this.status === 'open' ? this.getSync(key) : get.call(this, key, {})
    },
    put(this: Level, key: string, value: string) {
      return this.status === 'open' ? writesOf(this).add({ type: 'put', key, value }) : put.call(this, key, value, {})
    },
    del(this: Level, key: string) {
      return this.status === 'open' ? writesOf(this).add({ type: 'del', key }) : del.call(this, key, {})
    },
  })
}

function writesOf(one: Level): GroupedWrites {
  const known = writes.get(one) ?? new GroupedWrites(together => one.batch(together))
  writes.set(one, known)
  return known
}
