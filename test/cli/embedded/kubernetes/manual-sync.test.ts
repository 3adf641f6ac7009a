import { afterAll, beforeAll, expect, it } from 'vitest'
import { applyPatch, at, LoopbackCluster, mergePatch, repositories, repository } from './loopback-cluster.ts'

let cluster: LoopbackCluster
beforeAll(async () => {
  cluster = await LoopbackCluster.start()
})
afterAll(() => cluster.stop())

const annotation = 'theriseunion.io/manual-sync'
const put = (name: string) => cluster.call(repositories, { method: 'POST', body: repository(name) })
const shown = async (name: string) => {
  const { body } = await cluster.call(`${repositories}/${name}`)
  return { requests: at(body, 'spec.syncRequests'), generation: at(body, 'metadata.generation') }
}
const merge = (name: string, body: object) =>
  cluster.call(`${repositories}/${name}`, { method: 'PATCH', type: mergePatch, body: JSON.stringify(body) })
const annotate = (name: string, value: string | null) =>
  merge(name, { metadata: { annotations: { [annotation]: value } } })

it('counts each annotation as a generation, and not what takes it away or repeats it', async () => {
  await put('each')
  const steps = []

  for (const value of ['true', 'true', null, 'true', 'other', '', null]) {
    await annotate('each', value)
    steps.push(await shown('each'))
  }

  expect(steps.map(({ requests }) => requests)).toEqual([1, 1, 1, 2, 3, 3, 3])
  expect(steps.map(({ generation }) => generation)).toEqual([2, 2, 2, 3, 4, 4, 4])
})

it('keeps the count from who applies the manifest again, and from who would set it', async () => {
  await put('kept')
  const { body: annotated } = await annotate('kept', 'true')

  const apply = { method: 'PATCH', type: applyPatch, body: { ...repository('kept') } }
  const applied = await cluster.call(`${repositories}/kept?fieldManager=person&force=true`, apply)
  for (const syncRequests of [null, 0, 7]) await merge('kept', { spec: { syncRequests } })

  expect(applied.status).toBe(200)
  expect(JSON.stringify(at(annotated, 'metadata.managedFields'))).not.toContain('syncRequests')
  expect(await shown('kept')).toEqual({ requests: 1, generation: 2 })
})

it('of an object that asks from the start begins with one', async () => {
  const { metadata, ...rest } = repository('asking')
  const annotations = { [annotation]: 'true' }
  await cluster.call(repositories, {
    method: 'POST',
    body: { ...rest, metadata: { ...(metadata as object), annotations } },
  })

  expect(await shown('asking')).toEqual({ requests: 1, generation: 1 })
})
