import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeObject } from '../../../../cli/embedded/kubernetes/protobuf/decode-object.ts'
import { at, LoopbackCluster } from './loopback-cluster.ts'

const of = (plural: string) => `/api/v1/namespaces/default/${plural}`
const asTable = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

describe('what usual manifests have beside workloads', () => {
  let cluster: LoopbackCluster
  beforeAll(async () => {
    cluster = await LoopbackCluster.start()
  })
  afterAll(() => cluster.stop())

  it('is made, changed, listed and deleted', async () => {
    const body = { metadata: { name: 'settings' }, data: { a: 'b' } }
    const made = await cluster.call(of('configmaps'), { method: 'POST', body })
    const changed = await cluster.call(`${of('configmaps')}/settings`, {
      method: 'PATCH',
      type: 'application/strategic-merge-patch+json',
      body: { data: { c: 'd', a: null } },
    })
    const listed = await cluster.call(of('configmaps'))
    const deleted = await cluster.call(`${of('configmaps')}/settings`, { method: 'DELETE' })
    const after = await cluster.call(of('configmaps'))

    expect(made.body).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b' } })
    expect(made.body).not.toHaveProperty('status')
    expect(changed.body.data).toEqual({ c: 'd' })
    expect([at(listed.body, 'items.0.metadata.name'), at(after.body, 'items')]).toEqual(['settings', []])
    expect(deleted.status).toBe(200)
  })

  it('shows what kubectl shows', async () => {
    const named = (name: string) => ({ metadata: { name } })
    const config = { ...named('both'), data: { a: 'b' }, binaryData: { c: 'ZA==' } }
    await cluster.call(of('configmaps'), { method: 'POST', body: config })
    await cluster.call(of('serviceaccounts'), {
      method: 'POST',
      body: { ...named('worker'), secrets: [{ name: 's' }] },
    })

    const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases'
    await cluster.call(leases, { method: 'POST', body: { ...named('shelflife'), spec: { holderIdentity: 'me' } } })

    const rows = await Promise.all(
      [`${of('configmaps')}/both`, `${of('serviceaccounts')}/worker`, `${leases}/shelflife`].map(async path => {
        const { body } = await cluster.call(path, { accept: asTable })
        return [at(body, 'rows.0.cells.0'), at(body, 'rows.0.cells.1')]
      }),
    )

    expect(rows).toEqual([
      ['both', 2],
      ['worker', 1],
      ['shelflife', 'me'],
    ])
  })

  it('is applied by the server, entries of a ServiceAccount by their names', async () => {
    const apply = (manager: string, name: string) =>
      cluster.call(`${of('serviceaccounts')}/applied?fieldManager=${manager}`, {
        method: 'PATCH',
        type: 'application/apply-patch+yaml',
        body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'applied' }, imagePullSecrets: [{ name }] },
      })

    await apply('one', 'harbor')
    const { body } = await apply('two', 'quay')

    expect(body.imagePullSecrets).toEqual([{ name: 'harbor' }, { name: 'quay' }])
  })

  it('is read of protobuf, as kubectl create sends it', () => {
    const message = (field: number, ...parts: ((writer: BinaryWriter) => unknown)[]) => {
      const inner = new BinaryWriter()
      for (const write of parts) write(inner)
      return (writer: BinaryWriter) => writer.tag(field, WireType.LengthDelimited).bytes(inner.finish())
    }
    const text = (field: number, value: string) => (writer: BinaryWriter) =>
      writer.tag(field, WireType.LengthDelimited).string(value)
    const writer = new BinaryWriter()
    message(1, text(1, 'v1'), text(2, 'ConfigMap'))(writer)
    message(2, message(1, text(1, 'settings')), message(2, text(1, 'a'), text(2, 'b')))(writer)

    const object = decodeObject(Buffer.concat([Buffer.from('k8s\0'), writer.finish()]))

    expect(object).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { a: 'b' } })
  })
})
