import { expect, it, onTestFinished } from 'vitest'
import { OvertakenError, Pass } from '../../../shared/sync/pass.ts'
import { beginning } from '../../../shared/sync/slice.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'

const asked = {
  registry: 'registry.example.com',
  repository: 'team/app',
  credential: 'anonymous',
  attempt: 'attempt-1',
  trigger: 'Scheduled',
  timeoutMs: 1000,
} as const
const now = () => new Date('2026-01-01T00:00:00Z')

/** One that has come to its first 32 tags, and what else an invocation makes of what is stored. */
async function begun() {
  const local = await startInProcessStore()
  onTestFinished(() => local.close())
  const { store } = local
  const pass = new Pass(asked, undefined, undefined, { store, now })
  await pass.moved({ ...beginning, done: 32 })
  const stored = () => store.findSync('registry.example.com/team/app', 'anonymous')
  return { store, pass, stored, another: async () => new Pass(asked, await stored(), await stored(), { store, now }) }
}

it('keeps what another wrote meanwhile', async () => {
  const { store, pass, stored } = await begun()
  const before = await stored()
  if (before) await store.saveSync({ ...before, answered: ['another'] }, before)

  await pass.moved({ ...beginning, done: 64 })

  expect(await stored()).toMatchObject({ answered: ['another'], progress: { done: 64 } })
})

it('ends where another has gone on with it', async () => {
  const { pass, stored, another } = await begun()
  await (await another()).moved({ ...beginning, after: 'v64', done: 64 })

  await expect(pass.moved({ ...beginning, after: 'v48', done: 48 })).rejects.toThrow(OvertakenError)

  expect(await stored()).toMatchObject({ progress: { done: 64 } })
})
