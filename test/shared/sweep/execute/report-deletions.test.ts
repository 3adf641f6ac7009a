import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { reportDeletions, type SweepReport } from '../../../../shared/sweep/execute/report-deletions.ts'
import { newRun } from '../../../../shared/sweep/plan/run-report.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import type { LocalStore } from '../../../support/local-store.ts'
import { at } from '../../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

const [app, web] = ['registry.example.com/team/app', 'registry.example.com/team/web'] as const
const nothing = { total: 0, byRepository: new Map(), byNamespace: new Map(), byRegistry: new Map() }
const gone = {
  namespace: 'team',
  name: 'v1',
  image: `${web}:v1`,
  action: 'Deleted',
  reason: 'BeyondKeepRecent',
  message: 'not among the newest 1',
} as const
const unread = 'kept everything: the registry could not be read: connection refused'

/** A policy with a run under way, of which repositories report. */
async function start() {
  const policy = `eu-1/team/${randomUUID()}`
  const run = newRun({ kind: 'scheduled', runId: 'r1', at: at(0) }, false)
  const record = { id: policy, uid: 'u', totalDeleted: 0, totalFreedBytes: 0, runs: [run] }
  await local.store.savePolicy(record, undefined)
  return {
    report: (repository: string, message: string, rest: Partial<SweepReport> = {}) =>
      reportDeletions(
        {
          policy,
          runId: 'r1',
          repository,
          message,
          isProblem: message === unread,
          items: [],
          deletions: [],
          at: at(60),
          restorableUntil: 'the next garbage collection',
          freed: nothing,
          ...rest,
        },
        local.store,
      ),
    record: () => local.store.findPolicy(policy),
    message: async () => (await local.store.findPolicy(policy))?.runs[0]?.message,
  }
}

it('names the repository that could not be read, and says what was done in others', async () => {
  const run = await start()

  await run.report(app, unread)
  expect(await run.message()).toBe(`kept everything in ${app}: the registry could not be read: connection refused`)
  await run.report(web, `1 image deleted from ${web}`, { items: [gone] })

  expect(await run.message()).toBe(
    `1 image deleted from ${web}; kept everything in ${app}: the registry could not be read: connection refused`,
  )
})

it('tells after such a repository what was deleted in others before', async () => {
  const run = await start()
  await run.report(web, `1 image deleted from ${web}`, { items: [gone] })

  await run.report(app, unread)

  expect(await run.message()).toBe(
    `kept everything in ${app}: the registry could not be read: connection refused; 1 deleted, 0 failed in the repositories of this run so far`,
  )
})

it('forgets it once that repository was swept', async () => {
  const run = await start()
  await run.report(app, unread)

  await run.report(app, `1 image deleted from ${app}`)

  expect(await run.message()).toBe(`1 image deleted from ${app}`)
})

it('lists the last twenty images that went, newest first, and no more', async () => {
  const run = await start()
  const digest = (name: number) => `sha256:${String(name).padStart(64, '0')}`
  const images = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, at) => ({ digest: digest(from + at), tags: [], reason: 'too old' }))

  await run.report(web, 'some', { deletions: images(1, 15) })
  await run.report(app, 'more', { deletions: images(16, 25) })

  const deletions = (await run.record())?.deletions ?? []
  expect(deletions.map(one => one.digest)).toEqual(
    images(6, 25)
      .map(one => one.digest)
      .toReversed(),
  )
  expect(deletions[0]).toEqual({
    repository: app,
    digest: digest(25),
    tags: [],
    at: at(60),
    runId: 'r1',
    reason: 'too old',
    restorableUntil: 'the next garbage collection',
  })
})
