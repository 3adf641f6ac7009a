import { describe, expect, it } from 'vitest'
import type { Grants } from '../../../shared/domain/grants/grant.ts'
import type { KnownRegistrySecret } from '../../../shared/objects/lending.ts'
import { parseRegistrySecretObject } from '../../../shared/objects/parse-objects.ts'
import { resolveRegistry } from '../../../shared/objects/resolve-registry.ts'
import type { CustomObject } from '../../../shared/ports/cluster.ts'

const host = 'harbor.example.com'
const tenant = { cluster: 'eu-1', name: 'shop', labels: {} }

function secretOf(spec: object, status: Record<string, unknown> = {}, generation = 1): KnownRegistrySecret {
  const object: CustomObject = {
    cluster: 'eu-1',
    kind: 'RegistrySecret',
    metadata: {
      ...{ name: 'shared', namespace: 'platform', uid: 'uid', resourceVersion: '1', generation },
      ...{ labels: {}, annotations: {} },
    },
    spec: { domain: host, ...spec },
    status,
  }
  return { object, spec: parseRegistrySecretObject(object) }
}

const rules = (own?: 'role' | 'pullSecret', grants: Grants = []) => ({
  canonicalHost: (name: string) => name,
  canonicalPath: (_: string, path: string) => path,
  grantsOf: () => grants,
  ownCredentialOf: () => own,
})
const resolve = (secret: KnownRegistrySecret, path = 'shop/api', of = tenant, by = rules()) =>
  resolveRegistry(of, { repository: path, registryRef: { name: 'shared', namespace: 'platform' } }, [secret], by)
const secretRef = { name: 'pull' }

describe('a RegistrySecret of another namespace', () => {
  const accessFrom = { namespaces: ['shop'], repositories: ['shop/**'] }

  it('lends its credential for the paths that it names, to the namespaces that it names', () => {
    const secret = secretOf({ secretRef, accessFrom })

    expect(resolve(secret)).toEqual({ domain: host, path: 'shop/api', credential: 'eu-1/uid' })
    expect(resolve(secret, 'bank/api').problem?.reason).toBe('RegistryNotFound')
    expect(resolve(secret, 'shop/api', { ...tenant, name: 'shop-2' }).problem?.reason).toBe('RegistryNotFound')
  })

  it('says of what it does not lend the same as of what is not there', () => {
    const refused = resolve(secretOf({ secretRef, accessFrom }), 'bank/api')

    const registryRef = { name: 'shared', namespace: 'platform' }
    expect(refused).toEqual(resolveRegistry(tenant, { repository: 'bank/api', registryRef }, [], rules()))
  })

  it('without paths lends nothing, unless a version before verified it and nobody changed it since', () => {
    const of = (status: Record<string, unknown>, generation?: number) =>
      resolve(secretOf({ secretRef, accessFrom: { namespaces: ['shop'] } }, status, generation)).problem === undefined
    const before = { lastVerifiedTime: '2026-01-01T00:00:00Z', observedGeneration: 1 }

    expect(of({})).toBe(false)
    expect(of({ ...before, verifiedUid: 'uid' })).toBe(false)
    expect(of(before)).toBe(true)
    expect(of(before, 2)).toBe(false)
    expect(of({ ...before, verifiedUid: 'uid', lendsAllAtGeneration: 1 })).toBe(true)
    expect(of({ ...before, verifiedUid: 'uid', lendsAllAtGeneration: 1 }, 2)).toBe(false)
    expect(of({ ...before, verifiedUid: 'of-another', lendsAllAtGeneration: 1 })).toBe(false)
  })

  it('without a credential lends none of the grants of its own namespace', () => {
    const ofPlatform: Grants = [{ namespaces: ['platform'], repositories: ['**'], may: ['read'] }]

    const resolved = resolve(secretOf({ accessFrom }), 'shop/api', tenant, rules('pullSecret', ofPlatform))

    expect(resolved).toMatchObject({ credential: 'anonymous' })
  })
})

describe('a RegistrySecret without a credential', () => {
  const own = secretOf({})
  const platform = { ...tenant, name: 'platform' }
  const grants: Grants = [{ namespaces: ['platform'], repositories: ['platform/*'], may: ['read'] }]

  it.each([
    [undefined, grants, 'platform/api', 'anonymous'],
    ['pullSecret', [], 'platform/api', 'anonymous'],
    ['pullSecret', grants, 'platform/api', 'installation'],
    ['pullSecret', grants, 'shop/api', 'anonymous'],
    ['pullSecret', 'everyone', 'shop/api', 'installation'],
    ['role', grants, 'platform/api', 'installation'],
  ] as const)('of an installation with %s and the grants %j reads %s as %s', (what, all, path, credential) => {
    expect(resolve(own, path, platform, rules(what, all as Grants))).toMatchObject({ path, credential })
  })

  it('is not read on ECR without a grant, and says which one to add', () => {
    const { problem } = resolve(own, 'shop/api', platform, rules('role', grants))

    expect(problem).toMatchObject({
      reason: 'NotAuthorized',
      message: expect.stringContaining(
        `registries[${host}].grants: {"clusters":["eu-1"],"namespaces":["platform"],"repositories":["shop/api"],"may":["read"]}`,
      ),
    })
  })

  it('is read on ECR with a credential that it brings', () => {
    expect(resolve(secretOf({ secretRef }), 'shop/api', platform, rules('role'))).toMatchObject({
      credential: 'eu-1/uid',
    })
  })
})
