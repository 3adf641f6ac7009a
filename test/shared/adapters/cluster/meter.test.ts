import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../../../shared/ports/cluster.ts'
import { answerJson, type ReceivedCall, statusBody } from './scripted-api.ts'
import { clusterThat } from './scripted-cluster.ts'

const eventOf = (uid: string, reason: string, message: string, rest: object = {}) => ({
  metadata: { uid, name: uid, namespace: 'shop', resourceVersion: '8' },
  involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web-1' },
  reason,
  message,
  source: { component: 'kubelet', host: 'n1' },
  count: 1,
  ...rest,
})

const pulled = (uid: string, rest?: object) =>
  eventOf(uid, 'Pulled', 'Successfully pulled image "r.example.com/web:v1" in 2s (2.5s including waiting)', rest)

const eventList = (items: unknown[], resourceVersion = '40') => ({
  kind: 'EventList',
  metadata: { resourceVersion },
  items,
})

const meterOf = ({ meter }: Cluster) => {
  if (!meter) throw new Error('a cluster without a meter')
  return meter
}

const queryOf = (call: ReceivedCall | undefined) => new URL(call?.url ?? '', 'http://x').searchParams

describe('Events of pulls', () => {
  it('are listed with a selector, and those that cannot be read cost no other', async () => {
    const { cluster, api } = await clusterThat((_, response) =>
      answerJson(response, 200, eventList([{ odd: true }, eventOf('s', 'Sync', 'x'), pulled('a', { count: 3 })])),
    )

    const found = await meterOf(cluster).readPullEvents(undefined)

    const event = { uid: 'a', count: 3, namespace: 'shop', node: 'n1', image: 'r.example.com/web', outcome: 'pulled' }
    expect(found).toEqual({ events: [{ ...event, seconds: 2.5 }], isAll: true, version: '40' })
    expect(queryOf(api.calls[0]).get('fieldSelector')).toMatch(/^involvedObject\.kind=Pod,reason!=Scheduled,/)
  })

  it('are of the node that a newer server names otherwise, and counted as its series says', async () => {
    const newer = { source: {}, reportingInstance: 'n2', count: null, series: { count: 7 } }
    const { cluster } = await clusterThat((_, response) => answerJson(response, 200, eventList([pulled('a', newer)])))

    const { events } = await meterOf(cluster).readPullEvents(undefined)

    expect(events).toEqual([expect.objectContaining({ node: 'n2', count: 7 })])
  })

  it('are of no node where whoever wrote them names what can be none', async () => {
    const forged = { source: { host: 'n'.repeat(450_000) }, reportingInstance: 'No Node' }
    const { cluster } = await clusterThat((_, response) => answerJson(response, 200, eventList([pulled('a', forged)])))

    const { events } = await meterOf(cluster).readPullEvents(undefined)

    expect(events).toEqual([expect.objectContaining({ node: 'unknown' })])
  })

  it('happened no more often than a sum of all has room for, whatever whoever wrote them says', async () => {
    const forged = { count: Number.MAX_SAFE_INTEGER }
    const { cluster } = await clusterThat((_, response) => answerJson(response, 200, eventList([pulled('a', forged)])))

    const { events } = await meterOf(cluster).readPullEvents(undefined)

    expect(events).toEqual([expect.objectContaining({ count: 1_000_000 })])
  })

  it('are told since a version, without those that are gone', async () => {
    const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`
    const { cluster, api } = await clusterThat((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write(line('ADDED', pulled('a')))
      response.write(line('DELETED', pulled('b')))
      response.end(line('MODIFIED', pulled('c', { metadata: { uid: 'c', resourceVersion: '51' } })))
    })

    const found = await meterOf(cluster).readPullEvents('40')

    expect(found.events.map(({ uid }) => uid)).toEqual(['a', 'c'])
    expect([found.isAll, found.version]).toEqual([false, '51'])
    const query = queryOf(api.calls[0])
    expect([query.get('watch'), query.get('resourceVersion')]).toEqual(['1', '40'])
    expect(query.get('fieldSelector')).toContain('reason!=Pulling')
  })

  it('are all listed again where the server does not know the version any more', async () => {
    const { cluster } = await clusterThat((call, response) =>
      queryOf(call).has('watch')
        ? answerJson(response, 410, statusBody(410, 'Expired'))
        : answerJson(response, 200, eventList([pulled('a')], '90')),
    )

    expect(await meterOf(cluster).readPullEvents('40')).toMatchObject({ isAll: true, version: '90' })
  })

  it('are old where they did not change since the version before, unless the cluster was put back to an earlier one', async () => {
    const changedAt = (uid: string, resourceVersion?: string) => pulled(uid, { metadata: { uid, resourceVersion } })
    const events = [
      changedAt('a', '9'),
      changedAt('b', '40'),
      changedAt('c', '41'),
      changedAt('d', 'x'),
      changedAt('e'),
    ]
    const { cluster } = await clusterThat((call, response) =>
      queryOf(call).has('watch')
        ? answerJson(response, 410, statusBody(410, 'Expired'))
        : answerJson(response, 200, eventList(events, '90')),
    )
    const oldOf = async (from?: string) =>
      (await meterOf(cluster).readPullEvents(from)).events.flatMap(({ uid, isOld }) => (isOld ? uid : []))

    expect(await oldOf('40')).toEqual(['a', 'b'])
    expect(await oldOf('91')).toEqual([])
    expect(await oldOf()).toEqual([])
  })
})

const nodeOf = (name: string, rest: object = {}) => ({
  metadata: { name },
  status: {
    images: [{ names: ['a'], sizeBytes: 300 }, { names: ['b'], sizeBytes: 212 }, { names: ['c'] }],
    allocatable: { 'ephemeral-storage': '1Ki' },
    conditions: [{ type: 'DiskPressure', status: 'False' }],
    ...rest,
  },
})

/** Answers the list of nodes, and what a test says of the rest. */
const withNodes = (nodes: unknown[], rest: (call: ReceivedCall, response: ServerResponse) => void) =>
  clusterThat((call, response) =>
    call.url.startsWith('/api/v1/nodes?')
      ? answerJson(response, 200, { kind: 'NodeList', metadata: {}, items: nodes })
      : rest(call, response),
  )

const reviewed = (allowed: boolean) => (_: ReceivedCall, response: ServerResponse) =>
  answerJson(response, 201, { status: { allowed } })

describe('the storage of nodes', () => {
  it('is what their status names where kubelets may not be asked, and an odd node costs no other', async () => {
    const pressed = nodeOf('n2', {
      allocatable: { 'ephemeral-storage': '95491281146' },
      conditions: [{ type: 'DiskPressure', status: 'True' }],
    })
    const { cluster, api } = await withNodes([nodeOf('n1'), { odd: true }, pressed], reviewed(false))

    const found = await meterOf(cluster).listNodeStorage()

    expect(found).toEqual([
      { node: 'n1', imageBytes: 512, usedPercent: 50, source: 'status', hasDiskPressure: false },
      expect.objectContaining({ node: 'n2', imageBytes: 512, hasDiskPressure: true }),
    ])
    expect(api.calls.filter(({ url }) => url.includes('/proxy/'))).toEqual([])
  })

  it('has no share where a node does not say how much there is', async () => {
    const { cluster } = await withNodes(
      [nodeOf('n1', { allocatable: {} }), nodeOf('n2', { allocatable: { 'ephemeral-storage': 'much' } })],
      reviewed(false),
    )

    expect((await meterOf(cluster).listNodeStorage()).map(one => one.usedPercent)).toEqual([undefined, undefined])
  })

  it('leaves out sizes that no disk has', async () => {
    const endless = { node: { runtime: { imageFs: { usedBytes: 7, capacityBytes: 1e-300, availableBytes: -1e300 } } } }
    const forged = { images: [1e308, 1e308, -5, 12].map(sizeBytes => ({ sizeBytes })) }
    const room = { allocatable: { 'ephemeral-storage': '1e400' } }
    const { cluster } = await withNodes([nodeOf('n1', { ...forged, ...room })], (call, response) =>
      call.method === 'POST'
        ? answerJson(response, 201, { status: { allowed: true } })
        : answerJson(response, 200, endless),
    )

    const found = await meterOf(cluster).listNodeStorage()

    expect(found).toEqual([
      { node: 'n1', imageBytes: 12, source: 'status', hasDiskPressure: false, isKubeletSilent: true },
    ])
  })

  it('is as the kubelets say where they may be asked, and one that does not answer is told apart', async () => {
    const summary = { node: { runtime: { imageFs: { usedBytes: 700, capacityBytes: 1000, availableBytes: 150 } } } }
    const { cluster, api } = await withNodes([nodeOf('n1'), nodeOf('n2'), nodeOf('n3')], (call, response) => {
      if (call.method === 'POST') answerJson(response, 201, { status: { allowed: true } })
      else if (call.url.includes('/n1/')) answerJson(response, 200, summary)
      else if (call.url.includes('/n2/')) answerJson(response, 200, { node: {} })
      else answerJson(response, 403, statusBody(403, 'Forbidden'))
    })

    const found = await meterOf(cluster).listNodeStorage()

    const shown = found.map(({ node, source, imageBytes, usedPercent, isKubeletSilent = false }) => [
      node,
      source,
      imageBytes,
      usedPercent,
      isKubeletSilent,
    ])
    expect(shown).toEqual([
      ['n1', 'kubelet', 700, 85, false],
      ['n2', 'status', 512, 50, true],
      ['n3', 'status', 512, 50, true],
    ])
    expect(api.calls.find(({ method }) => method === 'POST')?.body).toContain('"subresource":"proxy"')
  })

  it('is by status, and said to be so for want of an answer, where nobody says whether kubelets may be asked', async () => {
    const { cluster } = await withNodes([nodeOf('n1')], (_, response) =>
      answerJson(response, 500, statusBody(500, 'InternalError')),
    )

    expect(await meterOf(cluster).listNodeStorage()).toMatchObject([{ source: 'status', isKubeletSilent: true }])
  })
})
