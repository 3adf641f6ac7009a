import { Watch } from '@kubernetes/client-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isObject, type JsonObject } from '../../../../cli/embedded/kubernetes/kubernetes-object.ts'
import { waitUntil } from '../../../real/parts/wait-until.ts'
import { type Answer, at, group, LoopbackCluster, mergePatch, repositories, repository } from './loopback-cluster.ts'

let cluster: LoopbackCluster
beforeAll(async () => {
  cluster = await LoopbackCluster.start({ historySize: 20 })
})
afterAll(() => cluster.stop())

function eventsOf({ text }: Answer): JsonObject[] {
  const lines = text.trim() ? text.trim().split('\n') : []
  return lines.map(line => JSON.parse(line)).filter(isObject)
}

async function watch(query: string, accept = 'application/json'): Promise<JsonObject[]> {
  return eventsOf(await cluster.call(`${repositories}?watch=true&timeoutSeconds=1&${query}`, { accept }))
}

function summary(events: JsonObject[]): string[] {
  return events.map(event => `${event.type} ${at(event, 'object.metadata.name')}`)
}

function patch(name: string, body: JsonObject): Promise<Answer> {
  return cluster.call(`${repositories}/${name}`, { method: 'PATCH', type: mergePatch, body })
}

describe('a watch', () => {
  it('tells what happened since a resourceVersion, and what happens then', async () => {
    const created = await cluster.call(repositories, { method: 'POST', body: repository('a') })
    const from = at(created.body, 'metadata.resourceVersion')
    await patch('a', { spec: { retryCount: 1 } })

    const watching = watch(`resourceVersion=${from}&fieldSelector=metadata.name%3Da`)
    await cluster.call(`${repositories}/a`, { method: 'DELETE' })

    expect(summary(await watching)).toEqual(['MODIFIED a', 'DELETED a'])
  })

  it('without a resourceVersion starts with what is there', async () => {
    await cluster.call(repositories, { method: 'POST', body: repository('present') })

    expect(summary(await watch('fieldSelector=metadata.name%3Dpresent'))).toEqual(['ADDED present'])
  })

  it('sees an object come and go that starts and stops to match its selector', async () => {
    const created = await cluster.call(repositories, { method: 'POST', body: repository('moving') })
    const from = at(created.body, 'metadata.resourceVersion')
    await patch('moving', { metadata: { labels: { shown: 'yes' } } })
    await patch('moving', { spec: { retryCount: 9 } })
    await patch('moving', { metadata: { labels: { shown: null } } })

    expect(summary(await watch(`resourceVersion=${from}&labelSelector=shown`))).toEqual([
      'ADDED moving',
      'MODIFIED moving',
      'DELETED moving',
    ])
  })

  it('marks the end of the initial events with a bookmark, where it was asked for them', async () => {
    const none = 'allowWatchBookmarks=true&fieldSelector=metadata.name%3Dnone'

    const events = await watch(`sendInitialEvents=true&resourceVersionMatch=NotOlderThan&${none}`)

    expect(events.map(event => event.type)).toEqual(['BOOKMARK'])
    expect(at(events[0], 'object.metadata.annotations')).toEqual({ 'k8s.io/initial-events-end': 'true' })
    expect(await watch(`resourceVersion=0&${none}`)).toEqual([])
  })

  it('tells nothing before the version of its client is reached', async () => {
    const created = await cluster.call(repositories, { method: 'POST', body: repository('restored') })
    const ahead = Number(at(created.body, 'metadata.resourceVersion')) + 1

    const watching = watch(`resourceVersion=${ahead}&fieldSelector=metadata.name%3Drestored`)
    await patch('restored', { spec: { retryCount: 1 } })
    await patch('restored', { spec: { retryCount: 2 } })

    const told = (await watching).map(event => at(event, 'object.spec.retryCount'))
    expect(told).toEqual([2])
  })

  it('refuses a timeout that is no whole number', async () => {
    const { status, body } = await cluster.call(`${repositories}?watch=1&timeoutSeconds=soon`)

    expect(status).toBe(400)
    expect(body).toMatchObject({ kind: 'Status', reason: 'BadRequest' })
  })

  it('comes as table rows for kubectl get -w', async () => {
    await cluster.call(repositories, { method: 'POST', body: repository('row') })

    const [event] = await watch('fieldSelector=metadata.name%3Drow', 'application/json;as=Table;v=v1;g=meta.k8s.io')

    expect(at(event, 'object.rows.0.cells.0')).toBe('row')
  })

  it('F27 from before the history is told 410, so that its client lists again', async () => {
    for (let round = 0; round < 12; round++) {
      await cluster.call(repositories, { method: 'POST', body: repository('churn') })
      await cluster.call(`${repositories}/churn`, { method: 'DELETE' })
    }

    const [event] = await watch('resourceVersion=3')

    expect(event).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } })
  })

  it('serves the client library until it is aborted', async () => {
    const seen: string[] = []
    const watching = await new Watch(cluster.kubeConfig()).watch(
      `${group}/repositories`,
      { fieldSelector: 'metadata.name=live' },
      (type, object) => seen.push(`${type} ${object.metadata.name}`),
      () => {},
    )
    await cluster.call(repositories, { method: 'POST', body: repository('live') })

    await waitUntil(() => seen.length > 0, { what: 'an event', intervalMs: 10 })
    watching.abort()

    expect(seen).toEqual(['ADDED live'])
  })
})
