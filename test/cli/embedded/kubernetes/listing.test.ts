import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, at, group, LoopbackCluster, repositories, repository } from './loopback-cluster.ts'

let cluster: LoopbackCluster
beforeAll(async () => {
  cluster = await LoopbackCluster.start({ historySize: 10 })
  const labels = [{ version: 'old', app: 'a' }, { version: 'new' }, {}]
  for (const [index, metadata] of labels.entries()) {
    const body = { ...repository('x', { tag: `v${index}` }), metadata: { name: `r${index}`, labels: metadata } }
    await cluster.call(repositories, { method: 'POST', body })
  }
})
afterAll(() => cluster.stop())

function namesOf({ body }: Answer): unknown[] {
  const items = body.items
  return Array.isArray(items) ? items.map(item => at(item, 'metadata.name')) : [body.message ?? null]
}

async function select(kind: 'labelSelector' | 'fieldSelector', selector: string): Promise<unknown[]> {
  return namesOf(await cluster.call(`${repositories}?${kind}=${encodeURIComponent(selector)}`))
}

describe('a list', () => {
  it.each([
    ['version=old', ['r0']],
    ['version==old,app=a', ['r0']],
    ['version!=old', ['r1', 'r2']],
    ['version in (old, new)', ['r0', 'r1']],
    ['version notin (old)', ['r1', 'r2']],
    ['version', ['r0', 'r1']],
    ['!version', ['r2']],
    ['version in (old,new),app', ['r0']],
  ])('selects by the labels %s', async (selector, names) => {
    expect(await select('labelSelector', selector)).toEqual(names)
  })

  it.each([
    ['spec.tag=v1', ['r1']],
    ['spec.tag!=v1,metadata.name!=r0', ['r2']],
    ['status.syncStatus=Pending,metadata.namespace=default', ['r0', 'r1', 'r2']],
    ['spec.nope=1', ['field label not supported: spec.nope']],
  ])('selects by the fields %s', async (selector, names) => {
    expect(await select('fieldSelector', selector)).toEqual(names)
  })

  it('refuses a selector that is none', async () => {
    expect(await select('labelSelector', 'a b')).toEqual([
      "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
    ])
  })

  it('comes in pages, whose last has no continue token', async () => {
    const first = await cluster.call(`${repositories}?limit=2`)
    const token = String(at(first.body, 'metadata.continue'))
    const second = await cluster.call(`${repositories}?limit=2&continue=${token}`)

    expect([namesOf(first), namesOf(second)]).toEqual([['r0', 'r1'], ['r2']])
    expect([at(first.body, 'metadata.remainingItemCount'), at(second.body, 'metadata.continue')]).toEqual([1, ''])
    expect(at(second.body, 'metadata.resourceVersion')).toBe(at(first.body, 'metadata.resourceVersion'))
  })

  it('F27 answers 410 to a continue token that is too old', async () => {
    const first = await cluster.call(`${repositories}?limit=1`)
    for (let round = 0; round < 6; round++) {
      await cluster.call(repositories, { method: 'POST', body: repository('churn') })
      await cluster.call(`${repositories}/churn`, { method: 'DELETE' })
    }

    const next = await cluster.call(`${repositories}?limit=1&continue=${at(first.body, 'metadata.continue')}`)

    expect(next.body).toMatchObject({ code: 410, reason: 'Expired' })
  })

  it('covers all namespaces without one in its path', async () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } }
    await cluster.call('/api/v1/namespaces', { method: 'POST', body: namespace })
    await cluster.call(`${group}/namespaces/other/repositories`, { method: 'POST', body: repository('r0') })

    const all = await cluster.call(`${group}/repositories?fieldSelector=metadata.name%3Dr0`)

    expect(namesOf(all)).toEqual(['r0', 'r0'])
  })

  it('deletes what a selector matches', async () => {
    await cluster.call(repositories, {
      method: 'POST',
      body: { ...repository('z'), metadata: { name: 'z', labels: { unwanted: 'yes' } } },
    })

    const deleted = await cluster.call(`${repositories}?labelSelector=unwanted`, { method: 'DELETE' })

    expect(namesOf(deleted)).toEqual(['z'])
    expect((await cluster.call(`${repositories}/z`)).status).toBe(404)
  })
})
