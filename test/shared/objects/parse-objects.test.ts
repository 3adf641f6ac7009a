import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../../shared/errors.ts'
import { parseRegistrySecretObject, parseRepositoryObject } from '../../../shared/objects/parse-objects.ts'
import type { CustomObject } from '../../../shared/ports/cluster.ts'

const objectOf = (kind: CustomObject['kind'], spec: unknown): CustomObject => ({
  cluster: 'eu-1',
  kind,
  metadata: {
    name: 'myapp',
    namespace: 'production',
    uid: 'uid-1',
    resourceVersion: '7',
    generation: 1,
    labels: {},
    annotations: {},
  },
  spec,
  status: {},
})

const refusalOf = (parse: () => unknown): Error => {
  try {
    parse()
  } catch (error) {
    if (error instanceof InvalidInputError) return error
    throw error
  }
  throw new Error('expected InvalidInputError')
}

describe('parseRepositoryObject', () => {
  const base = { repository: 'myapp/myapp', registryRef: { name: 'harbor-prod' } }
  const parse = (spec: unknown) => parseRepositoryObject(objectOf('Repository', spec))

  it('applies the defaults of the definition', () => {
    expect(parse(base)).toEqual({
      ...base,
      timeoutMs: 600_000,
      retryCount: 3,
      retryIntervalMs: 60_000,
      suspend: false,
      platforms: [],
    })
  })

  it('takes the interval that clusters once wrote by default for none, and no other', () => {
    expect(parse({ ...base, syncInterval: '1h' })).not.toHaveProperty('syncIntervalMs')
    expect(parse({ ...base, syncInterval: '60m' })).toHaveProperty('syncIntervalMs', 3_600_000)
  })

  it('reads every field', () => {
    const spec = {
      repository: 'myapp/myapp',
      tag: 'v1.2.3',
      registryRef: { name: 'harbor-prod', namespace: 'platform' },
      syncInterval: '1h30m',
      timeout: '90s',
      retryCount: 5,
      retryInterval: '1.5m',
      suspend: true,
      platforms: ['linux/amd64', 'linux/arm/v7'],
    }

    expect(parse(spec)).toEqual({
      repository: 'myapp/myapp',
      tag: 'v1.2.3',
      registryRef: { name: 'harbor-prod', namespace: 'platform' },
      syncIntervalMs: 5_400_000,
      timeoutMs: 90_000,
      retryCount: 5,
      retryIntervalMs: 90_000,
      suspend: true,
      platforms: ['linux/amd64', 'linux/arm/v7'],
    })
  })

  it('accepts an object of the installed kind, with a docker config secret and no tag', () => {
    const parsed = parse({ repository: 'myapp/myapp', dockerConfigSecretRef: { name: 'pull' } })

    expect(parsed).toMatchObject({ dockerConfigSecretRef: { name: 'pull' } })
    expect(parsed).not.toHaveProperty('registryRef')
  })

  it('takes the deprecated alias of the timeout where it stands alone', () => {
    expect(parse({ ...base, syncTimeout: '2m' }).timeoutMs).toBe(120_000)
    expect(parse({ ...base, timeout: '120s', syncTimeout: '2m' }).timeoutMs).toBe(120_000)
  })

  it.each([
    ['no spec', undefined, /spec: /],
    ['a spec that is text', 'x', /spec: /],
    ['no repository', { registryRef: { name: 'a' } }, /spec\.repository: /],
    ['B8 a repository with dots', { ...base, repository: '../x' }, /spec\.repository: expected a repository path/],
    ['B8 a repository of 256 characters', { ...base, repository: 'a'.repeat(256) }, /spec\.repository: /],
    ['B9 a tag of 129 characters', { ...base, tag: 'v'.repeat(129) }, /spec\.tag: expected a tag/],
    ['B9 a tag with a newline', { ...base, tag: 'v1\n' }, /spec\.tag: /],
    ['no registry', { repository: 'a' }, /exactly one of spec\.registryRef and spec\.dockerConfigSecretRef/],
    ['two registries', { ...base, dockerConfigSecretRef: { name: 'x' } }, /exactly one of/],
    ['B8 a reference that climbs', { repository: 'a', registryRef: { name: '..' } }, /spec\.registryRef\.name: /],
    ['B19 an interval below a minute', { ...base, syncInterval: '59s' }, /spec\.syncInterval: expected at least 1m/],
    ['B19 an interval in days', { ...base, syncInterval: '1d' }, /spec\.syncInterval: expected a duration/],
    ['B19 an interval that overflows', { ...base, syncInterval: '9'.repeat(20).concat('h') }, /spec\.syncInterval: /],
    ['B19 a timeout of nothing', { ...base, timeout: '0s' }, /spec\.timeout: expected more than 0s/],
    ['two different timeouts', { ...base, timeout: '1m', syncTimeout: '2m' }, /spec\.timeout: .*syncTimeout/],
    ['B19 a negative retry count', { ...base, retryCount: -1 }, /spec\.retryCount: /],
    ['B19 a retry count in text', { ...base, retryCount: '5' }, /spec\.retryCount: /],
    [
      'a platform without architecture',
      { ...base, platforms: ['linux'] },
      /spec\.platforms\[0\]: expected os\/architecture/,
    ],
  ])('B25 refuses %s, naming object and field', (_, spec, message) => {
    const refusal = refusalOf(() => parse(spec))

    expect(refusal.message).toMatch(/^Repository production\/myapp: /)
    expect(refusal.message).toMatch(message)
  })
})

describe('parseRegistrySecretObject', () => {
  const parse = (spec: unknown) => parseRegistrySecretObject(objectOf('RegistrySecret', spec))

  it('applies the defaults of the definition', () => {
    expect(parse({ domain: 'harbor.example.com' })).toEqual({
      domain: 'harbor.example.com',
      provider: 'other',
      insecure: false,
      verifyIntervalMs: 600_000,
      accessFrom: { namespaces: [], may: ['read'] },
    })
  })

  it('reads every field', () => {
    const spec = {
      domain: 'harbor.example.com:8443',
      provider: 'harbor',
      secretRef: { name: 'harbor' },
      insecure: true,
      caSecretRef: { name: 'ca' },
      verifyInterval: '5m',
      accessFrom: { namespaces: ['staging'] },
    }

    expect(parse(spec)).toEqual({
      domain: 'harbor.example.com:8443',
      provider: 'harbor',
      secretRef: { name: 'harbor' },
      insecure: true,
      caSecretRef: { name: 'ca' },
      verifyIntervalMs: 300_000,
      accessFrom: { namespaces: ['staging'], may: ['read'] },
    })
  })

  it('reads the deprecated inline credentials', () => {
    const spec = { domain: 'harbor.example.com', username: 'robot', password: 'hunter2' }

    expect(parse(spec)).toMatchObject({ username: 'robot', password: 'hunter2' })
  })

  it.each([
    ['no domain', {}, /spec\.domain: /],
    ['B11 a domain with a user', { domain: 'user@host' }, /spec\.domain: expected a host name/],
    ['a domain with a path', { domain: 'host/path' }, /spec\.domain: expected a host name/],
    ['an unknown provider', { domain: 'a.example.com', provider: 'quai' }, /spec\.provider: /],
    ['a user without password', { domain: 'a.example.com', username: 'robot' }, /username and password together/],
    ['a password without user', { domain: 'a.example.com', password: 'hunter2' }, /username and password together/],
    ['two passwords', { domain: 'a.example.com', password: 'hunter2', secretRef: { name: 'x' } }, /not both/],
    [
      'a password that is no text',
      { domain: 'a.example.com', username: 'u', password: ['hunter2'] },
      /spec\.password: /,
    ],
  ])('B25 B27 refuses %s without showing a password', (_, spec, message) => {
    const refusal = refusalOf(() => parse(spec))

    expect(refusal.message).toMatch(message)
    expect(inspect(refusal, { depth: 9 })).not.toContain('hunter2')
  })
})
