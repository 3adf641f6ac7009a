import { expect, it } from 'vitest'
import { answerJson, type ReceivedCall, statusBody } from './scripted-api.ts'
import { clusterThat, failureOf, object } from './scripted-cluster.ts'

const leasePath = '/apis/coordination.k8s.io/v1/namespaces/default/leases/shelflife'
const isOfLease = ({ url }: ReceivedCall) => url.startsWith(leasePath.slice(0, -10))
const heldBy = (holderIdentity: string) => ({ kind: 'Lease', metadata: {}, spec: { holderIdentity } })
const emptyList = { kind: 'List', metadata: { resourceVersion: '1' }, items: [] }

/** A cluster of installation `1/eu/prod` whose API answers for the Lease as said, and has no objects. */
async function ownedThat(answer: Parameters<typeof clusterThat>[0]) {
  let minutes = 0
  const now = () => new Date(Date.UTC(2026, 10, 28, 12, minutes))
  const { cluster, api } = await clusterThat(
    (call, response) => (isOfLease(call) ? answer(call, response) : answerJson(response, 200, emptyList)),
    5_000,
    { now, installation: '1/eu/prod' },
  )
  const asked = () => api.calls.filter(isOfLease).map(({ method }) => method)
  const pass = (more: number) => {
    minutes += more
  }
  return { cluster, asked, pass }
}

it('is asked for once a minute, however much is done in the cluster', async () => {
  const { cluster, asked, pass } = await ownedThat((_, response) => answerJson(response, 200, heldBy('1/eu/prod')))
  const work = () =>
    Promise.all([cluster.listObjects('Repository'), cluster.listNamespaces(), cluster.requireOwn?.()].concat([]))

  for (let round = 0; round < 5; round++) await work()
  expect(asked()).toEqual(['GET'])
  pass(1)
  for (let round = 0; round < 5; round++) await work()

  expect(asked()).toEqual(['GET', 'GET'])
})

it('is noted in a cluster that has none, with the time', async () => {
  const bodies: string[] = []
  const { cluster, asked } = await ownedThat((call, response) => {
    bodies.push(call.body)
    if (call.method === 'GET') return answerJson(response, 404, statusBody(404, 'NotFound'))
    return answerJson(response, 201, heldBy('1/eu/prod'))
  })

  await cluster.requireOwn?.()

  expect(asked()).toEqual(['GET', 'POST'])
  expect(JSON.parse(bodies.at(-1) ?? '')).toMatchObject({
    metadata: { namespace: 'default', name: 'shelflife' },
    spec: { holderIdentity: '1/eu/prod', acquireTime: '2026-11-28T12:00:00.000000Z' },
  })
})

it.each([
  ['the right to read it is missing', 403, statusBody(403, 'Forbidden'), /grant .* the right to get leases/],
  ['the API does not answer for it', 500, statusBody(500, 'InternalError'), /answered 500/],
  ['something else is there', 200, { spec: { holderIdentity: 7 } }, /expected a Lease/],
] as const)('is not known where %s: status is shown, and nothing is deleted', async (_why, status, body, message) => {
  const { cluster } = await ownedThat((_, response) => answerJson(response, status, body))

  await expect(cluster.listObjects('Repository')).resolves.toEqual([])
  await expect(cluster.requireOwn?.()).rejects.toThrow(message)
  expect((await failureOf(cluster.deleteObject(object))).message).toMatch(message)
})

it.each([[''], [undefined]])('is nobody, whom no installation takes it from, where the Lease says %j', async holder => {
  const { cluster, asked } = await ownedThat((_, response) =>
    answerJson(response, 200, { spec: { holderIdentity: holder } }),
  )

  await expect(cluster.listObjects('Repository')).rejects.toThrow('belongs to installation nobody')
  expect(asked()).toEqual(['GET'])
})
