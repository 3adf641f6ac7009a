import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { answerJson, statusBody } from '../../shared/adapters/cluster/scripted-api.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import { type AboutToDelete, aboutToDelete, expectDeletedAtLast, expectNothingGone } from './about-to-delete.ts'
import { type ApiFault, serveCluster } from './served-cluster.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

const groups = {
  kind: 'APIGroupDiscoveryList',
  items: [
    {
      metadata: { name: 'argoproj.io' },
      versions: [
        { version: 'v1alpha1', resources: [{ resource: 'cronworkflows', responseKind: { kind: 'CronWorkflow' } }] },
      ],
    },
  ],
}

/** A cluster in which Argo Workflows is installed, and what its CronWorkflows are listed as. */
const withCronWorkflows =
  (answerList: (response: ServerResponse) => void): ApiFault =>
  ({ url }, response) => {
    if (url === '/apis') answerJson(response, 200, groups)
    else if (url.includes('/cronworkflows?')) answerList(response)
    else return false
    return true
  }

const running = (image: string) =>
  withCronWorkflows(response =>
    answerJson(response, 200, {
      kind: 'CronWorkflowList',
      metadata: {},
      items: [
        {
          metadata: { namespace: 'production', name: 'nightly' },
          spec: { schedules: ['0 4 * * 1'], workflowSpec: { templates: [{ name: 'main', container: { image } }] } },
        },
      ],
    }),
  )

const names: readonly (readonly [string, (of: AboutToDelete) => string])[] = [
  ['by its tag', ({ sweep }) => `${sweep.repository}:v1`],
  ['by its digest', ({ sweep, old }) => `${sweep.repository}@${old.digest}`],
  ['by a tag that a template fills in', ({ sweep }) => `${sweep.repository}:{{workflow.parameters.tag}}`],
  ['by a digest of another algorithm', ({ sweep }) => `${sweep.repository}@sha512:${'a'.repeat(128)}`],
  ['by a digest whose repository a template fills in', ({ old }) => `{{inputs.parameters.mirror}}/app@${old.digest}`],
]

it.each(names)('I33 an image that a weekly CronWorkflow names %s stays between two runs', async (_, imageOf) => {
  const api = await serveCluster()
  const toDelete = await aboutToDelete(world, [api.cluster])
  api.fail(running(imageOf(toDelete)))

  const result = await toDelete.sweep.execute(toDelete.request)

  expect(result.deleted).toBe(0)
  await expectNothingGone(world, toDelete)
  toDelete.sweep.rerun('again')
  for (let round = 0; round < 3; round++) {
    toDelete.sweep.pass(600)
    await toDelete.sweep.sweep(1)
  }
  await expectNothingGone(world, toDelete)
  api.fail(undefined)
  await expectDeletedAtLast(toDelete)
  await api.stop()
})

it('I33 an image that only a template names is not known, and does not keep its neighbours', async () => {
  const api = await serveCluster()
  const toDelete = await aboutToDelete(world, [api.cluster])
  api.fail(running('{{inputs.parameters.image}}'))

  await expectDeletedAtLast(toDelete)

  await api.stop()
})

it('F43 a kind that is installed and may not be listed keeps everything, and is named with the right', async () => {
  const api = await serveCluster()
  const toDelete = await aboutToDelete(world, [api.cluster])
  api.fail(withCronWorkflows(response => answerJson(response, 403, statusBody(403, 'Forbidden'))))

  const result = await toDelete.sweep.execute(toDelete.request)

  expect(result).toMatchObject({
    deleted: 0,
    message: expect.stringMatching(/kept everything: cluster .* the right to list cronworkflows\.argoproj\.io/),
  })
  await expectNothingGone(world, toDelete)
  api.fail(undefined)
  await expectDeletedAtLast(toDelete)
  await api.stop()
})
