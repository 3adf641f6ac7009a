import { expect, it } from 'vitest'
import { Cached } from '../../../cli/console/cached.ts'

it('keeps an answer from when it was read, and lets all who ask meanwhile wait for that read', async () => {
  let nowMs = 0
  let reads = 0
  const cache = new Cached(() => nowMs)
  const slow = Promise.withResolvers<string>()
  const ask = () =>
    cache.get('slow', 10_000, () => {
      reads++
      return slow.promise
    })

  const first = ask()
  nowMs = 60_000
  const second = ask()
  slow.resolve('read')
  await Promise.all([first, second])
  nowMs += 9_999
  await ask()
  const readsWhileKept = reads
  nowMs += 1
  await ask()

  expect([readsWhileKept, reads]).toEqual([1, 2])
})

it('asks again for what failed', async () => {
  const cache = new Cached(() => 0)
  const failed = cache.get('key', 10_000, () => Promise.reject(new Error('down'))).catch(error => error.message)

  expect(await failed).toBe('down')
  expect(await cache.get('key', 10_000, async () => 'up')).toBe('up')
})
