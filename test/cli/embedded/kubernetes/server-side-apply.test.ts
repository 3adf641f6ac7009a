import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../cli/embedded/kubernetes/kubernetes-object.ts'
import {
  type Answer,
  applyPatch,
  at,
  deployment,
  LoopbackCluster,
  mergePatch,
  repositories,
  repository,
} from './loopback-cluster.ts'

let cluster: LoopbackCluster
beforeAll(async () => {
  cluster = await LoopbackCluster.start()
})
afterAll(() => cluster.stop())

function apply(name: string, manager: string, body: JsonObject, options = ''): Promise<Answer> {
  return cluster.call(`${repositories}/${name}?fieldManager=${manager}${options}`, {
    method: 'PATCH',
    type: applyPatch,
    body,
  })
}

function statusOf(name: string, status: JsonObject): JsonObject {
  return { apiVersion: 'image.theriseunion.io/v1alpha1', kind: 'Repository', metadata: { name }, status }
}

function condition(type: string, status: string): JsonObject {
  return { type, status, reason: 'Seen', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' }
}

describe('server-side apply', () => {
  it('creates what is not there, and owns what it names', async () => {
    const { status, body } = await apply('fresh', 'a', repository('fresh'))

    expect(status).toBe(201)
    expect(at(body, 'metadata.managedFields.0')).toMatchObject({
      manager: 'a',
      operation: 'Apply',
      fieldsV1: { 'f:spec': { 'f:registryRef': { 'f:name': {} }, 'f:repository': {}, 'f:tag': {} } },
    })
  })

  it('F27 names every field that somebody else owns with another value', async () => {
    await apply('shared', 'a', repository('shared', { syncInterval: '2h', retryCount: 1 }))

    const one = await apply('shared', 'b', repository('shared', { syncInterval: '3h' }))
    const two = await apply('shared', 'b', repository('shared', { syncInterval: '3h', retryCount: 2 }))

    expect(one.body).toMatchObject({
      code: 409,
      message: 'Apply failed with 1 conflict: conflict with "a": .spec.syncInterval',
      details: { causes: [{ reason: 'FieldManagerConflict', field: '.spec.syncInterval' }] },
    })
    expect(two.body.message).toBe(
      'Apply failed with 2 conflicts: conflicts with "a":\n- .spec.retryCount\n- .spec.syncInterval',
    )
  })

  it('takes a field over by force', async () => {
    await apply('forced', 'a', repository('forced', { syncInterval: '2h' }))

    const forced = await apply('forced', 'b', repository('forced', { syncInterval: '3h' }), '&force=true')
    const back = await apply('forced', 'a', repository('forced', { syncInterval: '2h' }))

    expect(at(forced.body, 'spec.syncInterval')).toBe('3h')
    expect(back.body.message).toContain('conflict with "b": .spec.syncInterval')
  })

  it('removes what its manager no longer names, unless another one names it too', async () => {
    await apply('left', 'a', repository('left', { syncInterval: '2h', timeout: '5m' }))
    await apply('left', 'b', repository('left', { timeout: '5m' }))

    const { body } = await apply('left', 'a', repository('left'))

    expect(at(body, 'spec.syncInterval')).toBeUndefined()
    expect(at(body, 'spec.timeout')).toBe('5m')
    expect(at(body, 'metadata.generation')).toBe(2)
  })

  it('counts an update against an apply', async () => {
    await apply('updated', 'a', repository('updated', { retryCount: 1 }))
    await cluster.call(`${repositories}/updated?fieldManager=edit`, {
      method: 'PATCH',
      type: mergePatch,
      body: { spec: { retryCount: 7 } },
    })

    const { body } = await apply('updated', 'a', repository('updated', { retryCount: 1 }))

    expect(body.message).toBe(
      'Apply failed with 1 conflict: conflict with "edit" using image.theriseunion.io/v1alpha1: .spec.retryCount',
    )
  })

  it('merges conditions by type, and removes one that is no longer applied', async () => {
    await apply('ready', 'user', repository('ready'))
    const both = statusOf('ready', { conditions: [condition('Synced', 'True'), condition('InUse', 'True')] })
    await apply('ready/status', 'controller', both)
    await apply('ready/status', 'other', statusOf('ready', { conditions: [condition('Stalled', 'False')] }))

    const { body } = await apply(
      'ready/status',
      'controller',
      statusOf('ready', { conditions: [condition('Synced', 'False')] }),
    )

    const conditions = at(body, 'status.conditions')
    expect(Array.isArray(conditions) ? conditions.map(item => [at(item, 'type'), at(item, 'status')]) : []).toEqual([
      ['Synced', 'False'],
      ['Stalled', 'False'],
    ])
    expect(at(body, 'status.syncStatus')).toBe('Pending')
    expect(at(body, 'metadata.generation')).toBe(1)
  })

  it('repeated as it was writes nothing', async () => {
    const first = await apply('again', 'a', repository('again'))

    const second = await apply('again', 'a', repository('again'))

    expect(second.status).toBe(200)
    expect(second.body).toEqual(first.body)
  })

  it('refuses a field that the schema does not declare', async () => {
    const { body } = await apply('typed', 'a', repository('typed', { foo: 1 }))

    expect(body.message).toBe(
      'failed to create typed patch object (default/typed; image.theriseunion.io/v1alpha1, Kind=Repository): .spec.foo: field not declared in schema',
    )
  })

  it('by kubectl takes over what kubectl applied client-side', async () => {
    const lastApplied = {
      'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(repository('moved', { syncInterval: '2h' })),
    }
    const body = {
      ...repository('moved', { syncInterval: '2h' }),
      metadata: { name: 'moved', annotations: lastApplied },
    }
    await cluster.call(`${repositories}?fieldManager=kubectl-client-side-apply`, { method: 'POST', body })

    const other = await apply('moved', 'somebody', repository('moved', { syncInterval: '3h' }))
    const kubectl = await apply('moved', 'kubectl', repository('moved', { syncInterval: '3h' }))

    expect([other.status, kubectl.status]).toEqual([409, 200])
    expect(at(kubectl.body, 'spec.syncInterval')).toBe('3h')
  })

  it('merges the containers of a Deployment by name', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments'
    await cluster.call(path, { method: 'POST', body: deployment('web', 'web:1') })
    const spec = { template: { spec: { containers: [{ name: 'side', image: 'side:1' }] } } }
    const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec }

    const answer = await cluster.call(`${path}/web?fieldManager=side`, { method: 'PATCH', type: applyPatch, body })

    const containers = at(answer.body, 'spec.template.spec.containers')
    expect(Array.isArray(containers) ? containers.map(item => at(item, 'image')) : []).toEqual(['web:1', 'side:1'])
  })
})
