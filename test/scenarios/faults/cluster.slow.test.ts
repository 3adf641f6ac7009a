import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ShelflifeError } from '../../../shared/errors.ts'
import { answerJson, statusBody } from '../../shared/adapters/cluster/scripted-api.ts'
import { type Loopback, startLoopback } from '../../support/loopback.ts'
import {
  type AboutToDelete,
  aboutToDelete,
  expectDeletedAtLast,
  expectNothingGone,
  newCluster,
} from './about-to-delete.ts'
import { type ApiFault, type ServedCluster, serveCluster } from './served-cluster.ts'

let world: Loopback
beforeAll(async () => {
  world = await startLoopback()
})
afterAll(() => world.close())

type Answer = (response: ServerResponse, url: string) => void

const refusal =
  (code: number, reason: string): Answer =>
  response =>
    answerJson(response, code, statusBody(code, reason))

const onePod = { metadata: { namespace: 'team', name: 'web' }, spec: { containers: [{ name: 'app', image: 'nginx' }] } }

/** One page, and the rest of the list is gone. */
const expiredToken: Answer = (response, url) =>
  url.includes('continue=')
    ? answerJson(response, 410, statusBody(410, 'Expired'))
    : answerJson(response, 200, { kind: 'PodList', metadata: { continue: 'more' }, items: [onePod] })

const faults: readonly (readonly [string, Answer])[] = [
  ['401', refusal(401, 'Unauthorized')],
  ['403', refusal(403, 'Forbidden')],
  ['404', refusal(404, 'NotFound')],
  ['409', refusal(409, 'Conflict')],
  ['410 in the middle of a list', expiredToken],
  ['422', refusal(422, 'Invalid')],
  ['429', refusal(429, 'TooManyRequests')],
  ['500', refusal(500, 'InternalError')],
  ['503', refusal(503, 'ServiceUnavailable')],
  ['a page of a proxy', response => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
  ['an object that is no list', response => answerJson(response, 200, { kind: 'Status', items: [] })],
  [
    'an item that cannot be read',
    response => answerJson(response, 200, { kind: 'PodList', metadata: {}, items: [{}] }),
  ],
  [
    'half an answer',
    response => response.writeHead(200, { 'content-length': '900' }).write('{"kind":"PodList","items":['),
  ],
  ['a reset', response => void response.destroy()],
  ['silence', () => undefined],
]

const whenAsked =
  (path: RegExp, answer: Answer): ApiFault =>
  ({ url }, response) => {
    if (!path.test(url)) return false
    answer(response, url)
    return true
  }

async function toDeleteIn(api: ServedCluster, ...others: ServedCluster[]): Promise<AboutToDelete> {
  return aboutToDelete(world, [api.cluster, ...others.map(one => one.cluster)])
}

describe('the workloads of a cluster that cannot be listed', () => {
  it.each(faults)('F27 %s: nothing is deleted, and it goes on when the cluster answers again', async (_, answer) => {
    const api = await serveCluster()
    const toDelete = await toDeleteIn(api)
    api.fail(whenAsked(/^\/api\/v1\/pods/, answer))

    const result = await toDelete.sweep.execute(toDelete.request)

    expect(result).toMatchObject({ deleted: 0, message: expect.stringContaining('kept everything: cluster') })
    await expectNothingGone(world, toDelete)
    api.fail(undefined)
    await expectDeletedAtLast(toDelete)
    await api.stop()
  })

  it.each([
    'deployments',
    'statefulsets',
    'daemonsets',
    'replicasets',
    'controllerrevisions',
    'replicationcontrollers',
    'jobs',
    'cronjobs',
  ])('F27 one refused list of %s is enough to keep everything', async plural => {
    const api = await serveCluster()
    const toDelete = await toDeleteIn(api)
    api.fail(whenAsked(new RegExp(`/${plural}\\?`), refusal(403, 'Forbidden')))

    const result = await toDelete.sweep.execute(toDelete.request)

    expect(result.message).toContain('kept everything: cluster')
    await expectNothingGone(world, toDelete)
    await api.stop()
  })

  it('F27 F28 the second of two clusters that nobody can reach keeps everything', async () => {
    const near = await serveCluster()
    const far = await serveCluster()
    const toDelete = await toDeleteIn(near, far)
    await far.stop()

    const result = await toDelete.sweep.execute(toDelete.request)
    const plans = await planAgain(toDelete)

    expect(result.message).toContain(`kept everything: cluster ${far.cluster.name}`)
    expect(plans).toEqual([])
    await expectNothingGone(world, toDelete)
    await near.stop()
  })

  it('F28 a workload of the second cluster keeps what the first has never heard of', async () => {
    const near = newCluster()
    const far = newCluster()
    const toDelete = await aboutToDelete(world, [near, far])
    far.run('web', `${toDelete.sweep.repository}:v1`)

    await toDelete.sweep.execute(toDelete.request)
    await toDelete.sweep.sweep()

    await expectNothingGone(world, toDelete)
  })
})

/** What is handed to execution once it is time again. */
async function planAgain({ sweep }: AboutToDelete) {
  sweep.pass(900)
  await sweep.inventories()
  return sweep.plan()
}

describe('the objects of a cluster that cannot be read', () => {
  it.each(
    ['imagecleanuppolicies/cleanup', 'imagecleanuppolicies\\?', 'repositories\\?', 'registrysecrets\\?'].flatMap(path =>
      faults
        .filter(([name]) => ['401', '403', '404', '503', 'half an answer', 'silence'].includes(name))
        .map(([name, answer]) => [name, path.replace('\\?', ' as a list'), path, answer] as const),
    ),
  )('F27 %s for %s: nothing is deleted', async (_, _what, path, answer) => {
    const api = await serveCluster()
    const toDelete = await toDeleteIn(api)
    api.fail(whenAsked(new RegExp(path), answer))

    const failure = await toDelete.sweep.execute(toDelete.request).then(
      ({ deleted }) => deleted,
      error => error,
    )

    if (failure !== 0) expect(failure).toBeInstanceOf(ShelflifeError)
    await expectNothingGone(world, toDelete)
    api.fail(undefined)
    await expectDeletedAtLast(toDelete)
    await api.stop()
  })
})
