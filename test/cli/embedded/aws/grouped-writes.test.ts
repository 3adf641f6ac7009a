import { expect, it } from 'vitest'
import { GroupedWrites, type Write } from '../../../../cli/embedded/aws/grouped-writes.ts'

const put = (key: string): Write => ({ type: 'put', key, value: key })

it('writes what comes in one turn, or while another call is under way, in one call and in order', async () => {
  const calls: string[][] = []
  const held = Promise.withResolvers<void>()
  const writes = new GroupedWrites(async together => {
    calls.push(together.map(({ key }) => key))
    if (calls.length === 1) await held.promise
  })

  const first = Promise.all([writes.add(put('a')), writes.add({ type: 'del', key: 'b' }), writes.add(put('a'))])
  await expect.poll(() => calls.length).toBe(1)
  const rest = Promise.all([writes.add(put('c')), writes.add(put('d'))])
  held.resolve()
  await Promise.all([first, rest])

  expect(calls).toEqual([
    ['a', 'b', 'a'],
    ['c', 'd'],
  ])
})

it('says that nothing is written before its call has returned, and goes on after one that failed', async () => {
  const ended: string[] = []
  let isBroken = true
  const writes = new GroupedWrites(async () => {
    ended.push('called')
    if (isBroken) throw new Error('no room')
  })

  const failed = await Promise.allSettled([put('a'), put('b')].map(one => writes.add(one)))
  isBroken = false
  await writes.add(put('c')).then(() => ended.push('written'))

  expect(failed.map(one => one.status)).toEqual(['rejected', 'rejected'])
  expect(ended).toEqual(['called', 'called', 'written'])
})
