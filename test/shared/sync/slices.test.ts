import { expect, it, onTestFinished } from 'vitest'
import { type LargeFixture, startLargeFixture, syncKilled } from '../../support/large-fixture.ts'

/** One that is small, and whose registry takes ten milliseconds for each tag. */
async function start(): Promise<LargeFixture> {
  const slow = await startLargeFixture({ tags: 300, images: 10 })
  onTestFinished(() => slow.close())
  slow.slowDown(10)
  return slow
}

const inTime = { timeoutMs: 1000 }

it('a small repository that did not fit is gone through in chunks by the retry', async () => {
  const slow = await start()
  const first = await slow.slice(inTime)

  const rest = await slow.sync(inTime)

  expect(first.outcome).toBe('failed')
  expect(rest.length).toBeGreaterThan(1)
  expect(rest.at(-1)?.outcome).toBe('synced')
  expect(await slow.tags()).toHaveLength(300)
})

it('F9 killed anywhere in a slice it goes on from there, and loses nothing', async () => {
  const slow = await start()
  await slow.slice(inTime)

  const { outcome, kills } = await syncKilled(slow, { first: 20, step: 97 })

  expect(outcome).toBe('synced')
  expect(kills).toBeGreaterThan(1)
  expect(await slow.tags()).toHaveLength(300)
})
