import { afterAll, beforeAll, expect, it } from 'vitest'
import { reconcileTrigger } from '../../../functions/reconcile/trigger.ts'
import type { Invocation } from '../../../functions/runtime/lambda-handler.ts'
import { startInProcessStore } from '../../support/in-process-store.ts'
import type { LocalStore } from '../../support/local-store.ts'
import { createReconcileFixture } from '../../support/reconcile-fixture.ts'
import { imageDraft, tagDraft, usageOf } from '../../support/records.ts'

let local: LocalStore
beforeAll(async () => {
  local = await startInProcessStore()
})
afterAll(() => local.close())

it('logs an image that runs and cannot be pulled as the error that rings, once', async () => {
  const { id, deps, track, attempt } = createReconcileFixture(local.store)
  await local.store.saveImage(imageDraft(id, { storage: 'archived' }), undefined)
  await local.store.saveTag(tagDraft(id), undefined)
  await local.store.saveUsage([usageOf(id)])
  track({ tag: 'v1' })
  const rung: unknown[] = []
  const unused = () => {
    throw new Error('expected no message of a queue')
  }
  const log = { error: (...line: unknown[]) => rung.push(line), warn: unused, info: () => undefined }
  const invocation = { log, getRemainingTimeInMillis: () => 60_000 } as unknown as Invocation
  const trigger = reconcileTrigger(
    async () => deps,
    async () => undefined,
    { delete: unused, giveBack: unused } as never,
  )

  await trigger({}, invocation)
  await attempt()
  await trigger({}, invocation)
  await trigger({}, invocation)

  expect(rung).toEqual([
    [
      'an image that runs cannot be pulled',
      {
        cluster: 'eu-1',
        error: expect.objectContaining({
          name: 'ImageInDangerError',
          message: expect.stringContaining('Repository team/app: tag v1 is archived in its registry'),
        }),
      },
    ],
  ])
})
