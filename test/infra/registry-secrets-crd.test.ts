import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pathGlob } from '../../shared/domain/name-schemas.ts'
import { group, LoopbackCluster } from '../cli/embedded/kubernetes/loopback-cluster.ts'

let cluster: LoopbackCluster
beforeAll(async () => {
  cluster = await LoopbackCluster.start()
})
afterAll(() => cluster.stop())

let count = 0
async function create(spec: object): Promise<{ status: number; message: string }> {
  count += 1
  const { status, body } = await cluster.call(`${group}/namespaces/default/registrysecrets`, {
    method: 'POST',
    body: {
      apiVersion: 'image.theriseunion.io/v1alpha1',
      kind: 'RegistrySecret',
      metadata: { name: `r-${count}` },
      spec: { domain: 'harbor.example.com', ...spec },
    },
  })
  return { status, message: String(body.message) }
}

describe('the definition of a RegistrySecret', () => {
  it.each([
    ['24h', 201],
    ['1440m', 201],
    ['24h1s', 422],
    ['9000h', 422],
  ])('takes a verifyInterval of %s with %i', async (verifyInterval, expected) => {
    expect((await create({ verifyInterval })).status).toBe(expected)
  })

  it.each([
    ...['**', '*', 'team/**', '**/api', 'team-*/api', '*-team/a*b*c', 'a', 'a.b_c-d/e', '*/x/**/y', 'x*'],
    ...[
      '',
      '/',
      'a/',
      '/a',
      'a//b',
      'a**',
      '**a/b',
      '***',
      'A',
      'a b',
      'harbor.example.com:443/a',
      'ä',
      '{namespace}/x',
    ],
  ])('takes and refuses accessFrom.repositories as the functions read it: %j', async glob => {
    const { status } = await create({ accessFrom: { namespaces: ['shop'], repositories: [glob] } })

    expect(status).toBe(pathGlob.safeParse(glob).success ? 201 : 422)
  })

  it.each([
    [['read'], 201],
    [['read', 'delete'], 201],
    [['delete'], 422],
    [[], 422],
    [['read', 'write'], 422],
  ])('takes accessFrom.may of %j with %i', async (may, expected) => {
    expect((await create({ accessFrom: { namespaces: ['shop'], may } })).status).toBe(expected)
  })
})
