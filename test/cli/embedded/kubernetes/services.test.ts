import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../cli/embedded/kubernetes/kubernetes-object.ts'
import { at, LoopbackCluster } from './loopback-cluster.ts'

const services = '/api/v1/namespaces/default/services'
const asTable = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

describe('Services', () => {
  let cluster: LoopbackCluster
  beforeAll(async () => {
    cluster = await LoopbackCluster.start()
  })
  afterAll(() => cluster.stop())

  const create = (name: string, spec: JsonObject) =>
    cluster.call(services, { method: 'POST', body: { metadata: { name }, spec } })

  it('are filled as the real server does, but for the address of a network that is not there', async () => {
    const { body } = await create('filled', { selector: { app: 'web' }, ports: [{ port: 80 }] })

    expect(body).toMatchObject({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'filled' } })
    expect(body.metadata).not.toHaveProperty('generation')
    expect([body.spec, body.status]).toEqual([
      {
        selector: { app: 'web' },
        ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
        sessionAffinity: 'None',
        type: 'ClusterIP',
        internalTrafficPolicy: 'Cluster',
      },
      { loadBalancer: {} },
    ])
  })

  it('show what kubectl shows', async () => {
    await create('table-external', { type: 'ExternalName', externalName: 'db.example.com' })
    await create('table-lb', { type: 'LoadBalancer', ports: [{ port: 443, nodePort: 30443 }], selector: { a: 'b' } })
    await create('table-given', { ports: [{ port: 53, protocol: 'UDP' }, { port: 80 }], externalIPs: ['192.0.2.1'] })

    const rows = await Promise.all(
      ['table-external', 'table-lb', 'table-given'].map(async name => {
        const { body } = await cluster.call(`${services}/${name}`, { accept: asTable })
        return at(body, 'rows.0.cells')
      }),
    )

    expect(rows).toEqual([
      ['table-external', 'ExternalName', '<none>', 'db.example.com', '<none>', '0s', '<none>'],
      ['table-lb', 'LoadBalancer', '<none>', '<pending>', '443:30443/TCP', '0s', 'a=b'],
      ['table-given', 'ClusterIP', '<none>', '192.0.2.1', '53/UDP,80/TCP', '0s', '<none>'],
    ])
  })

  it('merge their ports by number and protocol', async () => {
    const apply = (manager: string, ports: JsonObject[]) =>
      cluster.call(`${services}/merged?fieldManager=${manager}`, {
        method: 'PATCH',
        type: 'application/apply-patch+yaml',
        body: { apiVersion: 'v1', kind: 'Service', metadata: { name: 'merged' }, spec: { ports } },
      })
    await apply('one', [{ name: 'dns', port: 53, protocol: 'UDP' }])
    await apply('other', [{ name: 'dns-tcp', port: 53, protocol: 'TCP' }])

    const { body } = await apply('one', [{ name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 }])

    expect(at(body, 'spec.ports')).toEqual([
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 5353 },
      { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
    ])
  })

  it('are found by their type', async () => {
    await create('found', { type: 'NodePort', ports: [{ port: 80 }] })

    const { body } = await cluster.call(`${services}?fieldSelector=spec.type%3DNodePort`)

    expect(at(body, 'items.0.metadata.name')).toBe('found')
    expect(at(body, 'items.1')).toBeUndefined()
  })
})

it('the items of a kind: List are left to the server by a document of OpenAPI v2 without definitions', async () => {
  const cluster = await LoopbackCluster.start()

  const answer = await cluster.call('/openapi/v2', {
    accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  })
  await cluster.stop()

  expect([answer.status, answer.text]).toEqual([200, ''])
})
