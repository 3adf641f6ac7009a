import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { AccessDeniedError, NotFoundError, UnavailableError } from '../../../../shared/errors.ts'
import { answerJson, statusBody } from './scripted-api.ts'
import { clusterThat, failureOf, podList, wireObject } from './scripted-cluster.ts'

describe('lists', () => {
  const pages = (answer: (token: string | null, response: ServerResponse) => void) =>
    clusterThat((call, response) => {
      const url = new URL(call.url, 'http://api')
      if (url.pathname === '/api/v1/pods') answer(url.searchParams.get('continue'), response)
      else answerJson(response, 200, podList([]))
    })

  const podOf = (name: string) => ({
    metadata: { name, namespace: 'production' },
    spec: { containers: [{ name: 'main', image: `${name}:v1` }] },
  })

  it('follows the continue token to the last page, asking for 500 at a time', async () => {
    const { cluster, api } = await pages((next, response) =>
      answerJson(response, 200, next === null ? podList([podOf('one')], 'p/2+') : podList([podOf('two')], '')),
    )

    const workloads = await cluster.listWorkloads()

    expect(workloads.map(workload => workload.image)).toEqual(['one:v1', 'two:v1'])
    expect(api.calls.filter(call => call.url !== '/apis').every(call => call.url.includes('limit=500'))).toBe(true)
  })

  it('tells of each image whether a node that has it asks again, but of Pods that something made', async () => {
    const pod = (name: string, imagePullPolicy: unknown, ...ownerReferences: object[]) => ({
      metadata: { name, namespace: 'production', ownerReferences },
      spec: { containers: [{ name: 'main', image: 'app:v1', imagePullPolicy }] },
      status: { containerStatuses: [{ name: 'main', image: 'app:v1', imageID: '' }] },
    })
    const items = [
      pod('bare', 'IfNotPresent'),
      pod('always', 'Always'),
      pod('odd', { is: 'no text' }),
      pod('owned', 'IfNotPresent', { uid: 'uid-1', controller: true }),
    ]
    const { cluster } = await pages((_, response) => answerJson(response, 200, podList(items)))

    const workloads = await cluster.listWorkloads()

    expect(workloads.map(({ name, ifNotPresent }) => [name, ifNotPresent])).toEqual([
      ['bare', true],
      ['always', undefined],
      ['odd', undefined],
      ['owned', undefined],
    ])
  })

  it('tells of a Deployment how its images are pulled, whoever made it, and nothing of those by digest', async () => {
    const byDigest = `app@sha256:${'a'.repeat(64)}`
    const containers = ['app:v1', byDigest].map(image => ({ image, imagePullPolicy: 'IfNotPresent' }))
    const metadata = { name: 'web', namespace: 'production', ownerReferences: [{ uid: 'uid-1', controller: true }] }
    const deployment = { metadata, spec: { template: { spec: { containers } } } }
    const { cluster } = await clusterThat((call, response) =>
      answerJson(response, 200, podList(call.url.includes('/deployments?') ? [deployment] : [])),
    )

    const workloads = await cluster.listWorkloads()

    expect(workloads.map(({ image, ifNotPresent }) => [image, ifNotPresent])).toEqual([
      ['app:v1', true],
      [byDigest, undefined],
    ])
  })

  it('F27 gives no part of a list whose continue token expired', async () => {
    const { cluster, api } = await pages((next, response) =>
      next === null
        ? answerJson(response, 200, podList([podOf('one')], 'old'))
        : answerJson(response, 410, statusBody(410, 'Expired')),
    )

    expect(await failureOf(cluster.listWorkloads())).toMatchObject({ name: 'UnavailableError', kind: 'server' })
    expect(api.calls.filter(call => call.url.includes('continue=old'))).toHaveLength(1)
  })

  it('F21 does not follow the same continue token for ever', async () => {
    const { cluster } = await pages((_, response) => answerJson(response, 200, podList([podOf('one')], 'same')))

    expect(await failureOf(cluster.listWorkloads())).toBeInstanceOf(UnavailableError)
  })

  it.each([
    ['an HTML page', '<html>maintenance</html>'],
    ['nothing', ''],
    ['an object that is no list', '{"kind":"Pod","metadata":{},"items":[]}'],
    ['a list without items', '{"kind":"PodList","metadata":{}}'],
    ['a pod without a name', '{"kind":"PodList","metadata":{},"items":[{"metadata":{},"spec":{}}]}'],
    [
      'a pod whose image is no text',
      '{"kind":"PodList","metadata":{},"items":[{"metadata":{"name":"a","namespace":"b"},"spec":{"containers":[{"image":1}]}}]}',
    ],
  ])('F20 takes %s with 200 for no answer, never for an empty list', async (_, body) => {
    const { cluster } = await pages((_token, response) => response.writeHead(200).end(body))

    expect(await failureOf(cluster.listWorkloads())).toMatchObject({ name: 'UnavailableError', kind: 'server' })
  })

  const withoutKind = (plural: string) =>
    clusterThat((call, response) =>
      call.url.includes(`/${plural}?`)
        ? response.writeHead(404).end('404 page not found')
        : answerJson(response, 200, podList([])),
    )

  it.each(['controllerrevisions', 'replicationcontrollers'])(
    'does without %s where they are not served',
    async plural => {
      const { cluster } = await withoutKind(plural)

      expect(await cluster.listWorkloads()).toEqual([])
    },
  )

  it.each(['pods', 'deployments', 'statefulsets', 'daemonsets', 'replicasets', 'jobs', 'cronjobs'])(
    'F27 fails where %s are not served',
    async plural => {
      const { cluster } = await withoutKind(plural)

      expect(await failureOf(cluster.listWorkloads())).toBeInstanceOf(NotFoundError)
    },
  )

  it.each(['pods', 'controllerrevisions', 'cronjobs'])('F27 fails where %s may not be listed', async plural => {
    const { cluster } = await clusterThat((call, response) =>
      call.url.includes(`/${plural}?`) ? answerJson(response, 403, {}) : answerJson(response, 200, podList([])),
    )

    expect(await failureOf(cluster.listWorkloads())).toBeInstanceOf(AccessDeniedError)
  })

  it('B25 lists an object without spec, status and annotations', async () => {
    const { cluster } = await clusterThat((_, response) =>
      answerJson(response, 200, { kind: 'RepositoryList', metadata: {}, items: [wireObject('uid-1')] }),
    )

    const [listed] = await cluster.listObjects('Repository')

    expect(listed).toMatchObject({ spec: undefined, status: {}, metadata: { annotations: {}, labels: {} } })
  })
})
