import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createKubernetesCluster } from '../../../../shared/adapters/cluster/kubernetes-cluster.ts'
import { UnavailableError } from '../../../../shared/errors.ts'
import type { Cluster } from '../../../../shared/ports/cluster.ts'
import { reconcileAll } from '../../../../shared/reconcile/reconcile.ts'
import { LoopbackCluster, repositories, repository } from '../../../cli/embedded/kubernetes/loopback-cluster.ts'
import { startInProcessStore } from '../../../support/in-process-store.ts'
import { createReconcileFixture } from '../../../support/reconcile-fixture.ts'
import { answerJson, statusBody } from './scripted-api.ts'
import { clusterThat, failureOf, object, wireObject } from './scripted-cluster.ts'

const crdFile = (plural: string) => join(import.meta.dirname, `../../../../infra/cluster/crds/${plural}.yaml`)
const others = ['registrysecrets', 'imagecleanuppolicies'].map(crdFile)

/** The definition of Repository as in 0.2.0, which knows no such field. */
function olderRepositories(): unknown {
  const definition = parse(readFileSync(crdFile('repositories'), 'utf8'))
  for (const { schema } of definition.spec.versions)
    delete schema.openAPIV3Schema.properties.status.properties.writtenFrom
  return definition
}

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** A cluster with the definitions of 0.2.0, and what is told of them. */
async function start() {
  const api = await LoopbackCluster.start({ crds: [olderRepositories(), ...others] })
  ends.push(() => api.stop())
  const told: string[] = []
  const connect = () =>
    createKubernetesCluster({
      name: 'eu-1',
      kubeconfig: readFileSync(api.running.kubeconfigPath, 'utf8'),
      onUndeclared: message => told.push(message),
    })
  const create = (name: string) => api.call(repositories, { method: 'POST', body: repository(name) })
  return { api, told, cluster: connect(), create }
}

/** A server that names one undeclared field at a time, as those do that stop at the first; `lacks` may change. */
async function startNaming(lacks: Set<string>) {
  const clock = { ms: Date.UTC(2026, 0, 1) }
  const told: string[] = []
  const { api, cluster } = await clusterThat(
    ({ body }, response) => {
      const [odd] = Object.keys(JSON.parse(body).status).filter(name => lacks.has(name))
      if (odd === undefined) return answerJson(response, 200, wireObject('uid-1'))
      const message = `failed to create typed patch object (production/myapp; v1, Kind=Repository): .status.${odd}: field not declared in schema`
      answerJson(response, 500, { ...statusBody(500, ''), message })
    },
    5_000,
    { now: () => new Date(clock.ms), onUndeclared: message => told.push(message) },
  )
  const sent = () => api.calls.map(({ body }) => Object.keys(JSON.parse(body).status))
  return { cluster, clock, told, sent, calls: api.calls }
}

const statusOf = async (cluster: Cluster, name: string) =>
  (await cluster.findObject('Repository', 'default', name))?.status

describe('in a cluster whose definitions are older', () => {
  it('a status is written without the field that they do not declare, which is told once', async () => {
    const { cluster, told, create } = await start()
    for (const name of ['one', 'two']) await create(name)

    for (const one of await cluster.listObjects('Repository'))
      await cluster.applyStatus(one, { syncStatus: 'Success', writtenFrom: 'abc' })

    expect(await statusOf(cluster, 'two')).toMatchObject({ syncStatus: 'Success' })
    expect(told).toEqual([
      'cluster eu-1: expected Repository objects to have status.writtenFrom, got the definition of another version, so it is left out: apply infra/cluster/crds',
    ])
  })

  it('what they do not declare in an item of a list leaves the rest of the item', async () => {
    const { cluster, create } = await start()
    await create('listed')
    const condition = {
      type: 'Synced',
      status: 'True',
      reason: 'Seen',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    }
    const [listed] = await cluster.listObjects('Repository')

    if (listed) await cluster.applyStatus(listed, { conditions: [{ ...condition, invented: 'x' }] })

    expect((await statusOf(cluster, 'listed'))?.conditions).toEqual([condition])
  })

  it('reconcile goes on, and says of each object what it knows', async () => {
    const { cluster, create } = await start()
    const local = await startInProcessStore()
    ends.push(() => local.close())
    const { deps } = createReconcileFixture(local.store)
    for (const name of ['one', 'two']) await create(name)

    const results = await reconcileAll({ ...deps, clusterList: [cluster], madeBy: 'release and settings' })

    expect(results).toMatchObject([{ written: 2 }])
    expect(results[0]).not.toHaveProperty('problem')
    expect(await statusOf(cluster, 'one')).toHaveProperty('conditions')
  })
})

describe('a server that names one field at a time', () => {
  it('is asked without all of them, and by the next write at once', async () => {
    const { cluster, told, sent } = await startNaming(new Set(['a', 'c']))

    await cluster.applyStatus(object, { a: 1, b: 1, c: 1 })
    await cluster.applyStatus(object, { a: 2, b: 2, c: 2 })

    expect(sent()).toEqual([['a', 'b', 'c'], ['b', 'c'], ['b'], ['b']])
    expect(told).toHaveLength(2)
  })

  it('gets the whole status again after an hour, when its definition may be another', async () => {
    const lacks = new Set(['a'])
    const { cluster, clock, told, sent } = await startNaming(lacks)
    await cluster.applyStatus(object, { a: 1, b: 1 })
    clock.ms += 3_600_000
    await cluster.applyStatus(object, { a: 2, b: 2 })
    lacks.clear()
    clock.ms += 3_600_000

    await cluster.applyStatus(object, { a: 3, b: 3 })

    expect(sent()).toEqual([['a', 'b'], ['b'], ['a', 'b'], ['b'], ['a', 'b']])
    expect(told).toHaveLength(1)
  })

  it('is asked no more where it names what the status does not have', async () => {
    const message = 'failed to create typed patch object (x; v1, Kind=X): .status.other: field not declared in schema'
    const { cluster, api } = await clusterThat((_, response) =>
      answerJson(response, 500, { ...statusBody(500, ''), message }),
    )

    expect(await failureOf(cluster.applyStatus(object, { a: 1 }))).toBeInstanceOf(UnavailableError)

    expect(api.calls).toHaveLength(1)
  })
})
