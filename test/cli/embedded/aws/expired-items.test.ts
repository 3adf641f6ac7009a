import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { removeExpired, removeExpiredHourly } from '../../../../cli/embedded/aws/expired-items.ts'
import { table as keys } from '../../../../shared/adapters/store/table.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { at, freshId, usageOf } from '../../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const secondsOf = (time: Date): number => time.getTime() / 1000

/** References that expire at a time, later, and never. */
async function startUsage() {
  const repository = freshId()
  const expiring = (name: string, seconds?: number) =>
    usageOf(repository, { name, ...(seconds !== undefined && { expiresAtSeconds: secondsOf(at(seconds)) }) })
  await local.store.saveUsage([expiring('soon', 60), expiring('late', 120), expiring('never')])
  return async () => (await local.store.listUsage(repository)).map(({ name }) => name).toSorted()
}

it('what expired is removed, and nothing else', async () => {
  const left = await startUsage()

  await removeExpired({ ...local, keys }, at(59))
  const before = await left()
  await removeExpired({ ...local, keys }, at(60))

  expect(before).toEqual(['late', 'never', 'soon'])
  expect(await left()).toEqual(['late', 'never'])
})

it('what expired is removed when the host starts, and no more once it stops', async () => {
  const left = await startUsage()
  const failed = vi.fn()

  const stop = removeExpiredHourly({ ...local, keys }, failed)
  await vi.waitFor(async () => expect(await left()).toEqual(['never']))
  await stop()

  expect(failed).not.toHaveBeenCalled()
})
