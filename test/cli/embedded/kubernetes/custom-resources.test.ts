import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../../cli/embedded/kubernetes/kubernetes-object.ts'
import { applyPatch, at, group, LoopbackCluster, mergePatch, repositories, repository } from './loopback-cluster.ts'

let cluster: LoopbackCluster
beforeAll(async () => {
  cluster = await LoopbackCluster.start()
})
afterAll(() => cluster.stop())

async function causesOf(spec: JsonObject): Promise<string[]> {
  const { body } = await cluster.call(repositories, { method: 'POST', body: repository('refused', spec) })
  const causes = at(body, 'details.causes')
  return Array.isArray(causes) ? causes.map(cause => `${at(cause, 'field')}: ${at(cause, 'message')}`) : []
}

const notChecked =
  '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'

describe('a custom resource', () => {
  it('gets the defaults of its CRD, with a status and the first generation', async () => {
    const { status, body } = await cluster.call(repositories, { method: 'POST', body: repository('defaulted') })

    expect(status).toBe(201)
    expect(body).toMatchObject({
      metadata: { generation: 1, namespace: 'default' },
      spec: { retryCount: 3, retryInterval: '1m', suspend: false },
      status: { observedGeneration: -1, syncStatus: 'Pending' },
    })
  })

  it('is refused where a list that is a set names something twice', async () => {
    const body = {
      apiVersion: 'image.theriseunion.io/v1alpha1',
      kind: 'ImageCleanupPolicy',
      metadata: { name: 'twice' },
      spec: { keepRecent: 1, namespaces: ['a', 'a'] },
    }

    const answer = await cluster.call(`${group}/namespaces/default/imagecleanuppolicies`, { method: 'POST', body })

    expect(answer.body.message).toContain('spec.namespaces[1]: Duplicate value: "a"')
  })

  it('is refused in the words of the real server', async () => {
    expect(await causesOf({ repository: 'My App', retryCount: -1 })).toEqual([
      `spec.repository: Invalid value: "My App": spec.repository in body should match '^[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*$'`,
      'spec.retryCount: Invalid value: -1: spec.retryCount in body should be greater than or equal to 0',
    ])
    expect(await causesOf({ tag: 5, registryRef: {} })).toEqual([
      'spec.tag: Invalid value: "integer": spec.tag in body must be of type string: "integer"',
      'spec.registryRef.name: Required value',
      notChecked,
    ])
    expect(await causesOf({ syncInterval: `${'1'.repeat(40)}h` })).toEqual([
      'spec.syncInterval: Too long: may not be more than 32 bytes',
      notChecked,
    ])
  })

  it('names the allowed values', async () => {
    const body = {
      apiVersion: 'image.theriseunion.io/v1alpha1',
      kind: 'RegistrySecret',
      metadata: { name: 'r' },
      spec: { domain: 'h', provider: 'nonesuch' },
    }

    const answer = await cluster.call(`${group}/namespaces/default/registrysecrets`, { method: 'POST', body })

    expect(answer.body.message).toContain(
      'RegistrySecret.image.theriseunion.io "r" is invalid: [spec.provider: Unsupported value: "nonesuch": supported values: "oci", "harbor", "ecr", "dockerhub"',
    )
  })

  it.each([
    [{ targets: ['Configuration'] }, 'spec: Invalid value: action: Archive needs RegistryArtifact among the targets'],
    [{}, 'spec: Invalid value: action: Archive needs RegistryArtifact among the targets'],
    [{ targets: ['RegistryArtifact'], archive: 'layers' }, 'spec: Invalid value: action: Archive leaves the layers'],
    [
      { targets: ['RegistryArtifact'], storageThresholdPercent: 80 },
      'spec: Invalid value: action: Archive frees nothing',
    ],
    [{ targets: ['RegistryArtifact'], action: 'Move' }, 'supported values: "Delete", "Archive"'],
    [{ targets: ['RegistryArtifact', 'Configuration'], archive: 'manifests' }, undefined],
  ])('with action Archive and %j is a policy or is refused', async (rest, says) => {
    const body = {
      apiVersion: 'image.theriseunion.io/v1alpha1',
      kind: 'ImageCleanupPolicy',
      metadata: { generateName: 'archiving-' },
      spec: { keepRecent: 1, action: 'Archive', ...rest },
    }

    const answer = await cluster.call(`${group}/namespaces/default/imagecleanuppolicies`, { method: 'POST', body })

    if (says === undefined) expect(answer.body).toMatchObject({ spec: { action: 'Archive', ...rest } })
    else expect(answer.body.message).toContain(says)
  })

  it.each([
    ['layers', ['Configuration'], 'spec: Invalid value: archive: layers needs RegistryArtifact among the targets'],
    ['all', ['RegistryArtifact'], 'spec.archive: Unsupported value: "all": supported values: "manifests", "layers"'],
    ['layers', ['RegistryArtifact'], undefined],
  ])('with archive %s and targets %j is a policy or is refused', async (archive, targets, says) => {
    const body = {
      apiVersion: 'image.theriseunion.io/v1alpha1',
      kind: 'ImageCleanupPolicy',
      metadata: { generateName: 'archiving-' },
      spec: { keepRecent: 1, archive, targets },
    }

    const answer = await cluster.call(`${group}/namespaces/default/imagecleanuppolicies`, { method: 'POST', body })

    if (says === undefined) expect(answer.body).toMatchObject({ spec: { archive, targets } })
    else expect(answer.body.message).toContain(says)
  })

  it('is checked against the rules of its CRD', async () => {
    expect(
      await causesOf({ dockerConfigSecretRef: { name: 'x' }, timeout: '0s', syncTimeout: '5s', syncInterval: '10s' }),
    ).toEqual([
      'spec: Invalid value: give exactly one of spec.registryRef and spec.dockerConfigSecretRef',
      'spec: Invalid value: spec.timeout and its deprecated alias spec.syncTimeout must not differ',
      'spec.syncInterval: Invalid value: "10s": spec.syncInterval must be at least 1m',
      'spec.timeout: Invalid value: "0s": spec.timeout must be positive',
    ])
  })

  it('keeps its tag: transition rules see the old object', async () => {
    await cluster.call(repositories, { method: 'POST', body: repository('fixed') })

    const changed = await cluster.call(`${repositories}/fixed`, {
      method: 'PATCH',
      type: mergePatch,
      body: { spec: { tag: 'v2' } },
    })
    const removed = await cluster.call(`${repositories}/fixed`, {
      method: 'PATCH',
      type: mergePatch,
      body: { spec: { tag: null } },
    })

    expect(changed.body.message).toBe(
      'Repository.image.theriseunion.io "fixed" is invalid: spec.tag: Invalid value: "v2": spec.tag is immutable; create one Repository per version',
    )
    expect(removed.status).toBe(422)
  })

  it('loses unknown fields with a warning, or is refused where the client is strict', async () => {
    const body = repository('pruned', { foo: 'bar' })

    const strict = await cluster.call(`${repositories}?fieldValidation=Strict`, { method: 'POST', body })
    const lax = await cluster.call(repositories, { method: 'POST', body })

    expect(strict.body).toMatchObject({
      code: 400,
      message:
        'Repository in version "v1alpha1" cannot be handled as a Repository: strict decoding error: unknown field "spec.foo"',
    })
    expect(lax.headers.warning).toBe('299 - "unknown field \\"spec.foo\\""')
    expect(at(lax.body, 'spec.foo')).toBeUndefined()
  })

  it('B8 has a name that is an RFC 1123 subdomain, and labels that are labels', async () => {
    const named = await cluster.call(repositories, { method: 'POST', body: repository('Bad_Name') })
    const body = { ...repository('x'), metadata: { name: 'x', labels: { 'a b': 'c d' } } }
    const labelled = await cluster.call(repositories, { method: 'POST', body })

    expect(named.body.message).toContain(
      'metadata.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must consist of',
    )
    expect(labelled.body.message).toContain('metadata.labels: Invalid value: "a b": name part must consist of')
  })

  it('lives in a namespace that exists', async () => {
    const answer = await cluster.call(`${group}/namespaces/nope/repositories`, {
      method: 'POST',
      body: repository('x'),
    })

    expect(answer.body).toMatchObject({ code: 404, message: 'namespaces "nope" not found' })
  })

  it('has a status that only the status subresource writes', async () => {
    await cluster.call(repositories, { method: 'POST', body: repository('split') })
    const body = { spec: { suspend: true }, status: { syncStatus: 'Success' } }

    const main = await cluster.call(`${repositories}/split`, { method: 'PATCH', type: mergePatch, body })
    const status = await cluster.call(`${repositories}/split/status`, {
      method: 'PATCH',
      type: mergePatch,
      body: { ...body, spec: { suspend: false } },
    })

    expect(main.body).toMatchObject({
      metadata: { generation: 2 },
      spec: { suspend: true },
      status: { syncStatus: 'Pending' },
    })
    expect(status.body).toMatchObject({
      metadata: { generation: 2 },
      spec: { suspend: true },
      status: { syncStatus: 'Success' },
    })
  })

  it('is printed by the columns of its CRD', async () => {
    await cluster.call(repositories, { method: 'POST', body: repository('printed') })

    const table = await cluster.call(`${repositories}/printed`, {
      accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
    })

    expect(at(table.body, 'rows.0.cells')).toEqual([
      'printed',
      'myapp/myapp',
      'v1.0.0',
      null,
      'Pending',
      null,
      null,
      expect.stringMatching(/^\ds$/),
      null,
      null,
      'harbor-prod',
      null,
      null,
      null,
      null,
      null,
    ])
    expect(at(table.body, 'columnDefinitions.10')).toMatchObject({ name: 'Registry', priority: 1 })
    expect(at(table.body, 'rows.0.object.kind')).toBe('PartialObjectMetadata')
  })

  it('is printed with the condition that a column names, among others', async () => {
    const policies = `${group}/namespaces/default/imagecleanuppolicies`
    const condition = (type: string, status: string, reason: string) => ({
      type,
      status,
      reason,
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
    })
    const body = {
      apiVersion: 'image.theriseunion.io/v1alpha1',
      kind: 'ImageCleanupPolicy',
      metadata: { name: 'printed' },
      spec: { keepRecent: 1 },
    }
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
    const readyOf = async () => {
      const { body: table } = await cluster.call(`${policies}/printed`, { accept })
      const names = (at(table, 'columnDefinitions') as { name: string }[]).map(one => one.name)
      const cells = at(table, 'rows.0.cells') as unknown[]
      return ['Ready', 'Reason'].map(name => cells[names.indexOf(name)])
    }
    await cluster.call(policies, { method: 'POST', body })
    expect(await readyOf()).toEqual([null, null])

    const conditions = [condition('LastRunSucceeded', 'True', 'RunSucceeded'), condition('Ready', 'False', 'Paused')]
    await cluster.call(`${policies}/printed/status`, {
      method: 'PATCH',
      type: mergePatch,
      body: { status: { conditions } },
    })

    expect(await readyOf()).toEqual(['False', 'Paused'])
  })
})

describe('a write', () => {
  it('F27 of a stale resourceVersion is a 409', async () => {
    const created = await cluster.call(repositories, { method: 'POST', body: repository('raced') })
    await cluster.call(`${repositories}/raced`, {
      method: 'PATCH',
      type: mergePatch,
      body: { spec: { retryCount: 4 } },
    })

    const late = await cluster.call(`${repositories}/raced`, { method: 'PUT', body: created.body })

    expect(late.body).toMatchObject({ code: 409, reason: 'Conflict' })
    expect(late.body.message).toContain(
      'the object has been modified; please apply your changes to the latest version and try again',
    )
  })

  it('that changes nothing keeps the resourceVersion', async () => {
    const created = await cluster.call(repositories, { method: 'POST', body: repository('same') })

    const again = await cluster.call(`${repositories}/same`, { method: 'PUT', body: created.body })

    expect(again.body).toEqual(created.body)
  })

  it('of a taken name is a 409, and with generateName finds a free one', async () => {
    await cluster.call(repositories, { method: 'POST', body: repository('taken') })

    const taken = await cluster.call(repositories, { method: 'POST', body: repository('taken') })
    const generated = await cluster.call(repositories, {
      method: 'POST',
      body: { ...repository(''), metadata: { generateName: 'free-' } },
    })

    expect(taken.body).toMatchObject({ code: 409, reason: 'AlreadyExists' })
    expect(at(generated.body, 'metadata.name')).toMatch(/^free-[a-z0-9]{5}$/)
  })

  it('as a dry run answers what would be, and stores nothing', async () => {
    const dry = await cluster.call(`${repositories}?dryRun=All`, { method: 'POST', body: repository('dry') })
    const found = await cluster.call(`${repositories}/dry`)

    expect([dry.status, found.status]).toEqual([201, 404])
  })

  it('by JSON patch that fails its test is a 422', async () => {
    await cluster.call(repositories, { method: 'POST', body: repository('tested') })
    const operations = [{ op: 'test', path: '/spec/tag', value: 'other' }]

    const answer = await cluster.call(`${repositories}/tested`, {
      method: 'PATCH',
      type: 'application/json-patch+json',
      body: operations,
    })

    expect(answer.status).toBe(422)
  })

  it('by strategic merge patch is a 415 on a custom resource', async () => {
    const type = 'application/strategic-merge-patch+json'

    const answer = await cluster.call(`${repositories}/tested`, { method: 'PATCH', type, body: {} })

    expect(answer.status).toBe(415)
  })

  it('by apply needs a field manager', async () => {
    const answer = await cluster.call(`${repositories}/x`, { method: 'PATCH', type: applyPatch, body: repository('x') })

    expect(answer.body.message).toContain('fieldManager: Required value: is required for apply patch')
  })
})

describe('a delete', () => {
  it('holds its preconditions', async () => {
    const created = await cluster.call(repositories, { method: 'POST', body: repository('guarded') })
    const uid = at(created.body, 'metadata.uid') ?? ''

    const other = await cluster.call(`${repositories}/guarded`, {
      method: 'DELETE',
      body: { preconditions: { uid: 'other' } },
    })
    const same = await cluster.call(`${repositories}/guarded`, { method: 'DELETE', body: { preconditions: { uid } } })

    expect([other.status, same.status]).toEqual([409, 200])
    expect(same.body).toMatchObject({ status: 'Success', details: { uid, kind: 'repositories' } })
  })

  it('of a namespace takes what lies in it', async () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'brief' } }
    await cluster.call('/api/v1/namespaces', { method: 'POST', body: namespace })
    await cluster.call(`${group}/namespaces/brief/repositories`, { method: 'POST', body: repository('inside') })

    await cluster.call('/api/v1/namespaces/brief', { method: 'DELETE' })

    expect((await cluster.call(`${group}/namespaces/brief/repositories/inside`)).status).toBe(404)
    expect((await cluster.call('/api/v1/namespaces/default', { method: 'DELETE' })).status).toBe(403)
  })
})
