import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Grant, type Grants, grants as grantsSchema } from '../../../../shared/domain/grants/grant.ts'
import { findGrant } from '../../../../shared/domain/grants/rights.ts'
import type { KnownRegistrySecret } from '../../../../shared/objects/lending.ts'
import { parseRegistrySecretObject } from '../../../../shared/objects/parse-objects.ts'
import type { ClusterNamespace } from '../../../../shared/ports/cluster.ts'
import { parseSettings, rulebookOf } from '../../../../shared/settings.ts'
import { evaluatePolicy } from '../../../../shared/sweep/world/evaluate-policy.ts'
import { Tenants } from '../../../../shared/sweep/world/tenants.ts'
import { host, nothingRuns, objectOf, policyOf, tomorrow, trackedOf, worldOf } from '../../../support/policy-world.ts'
import { rulebookWith } from '../../../support/rulebook.ts'

const may = ['read' as const, 'delete' as const]
const repository = `${host}/team/app`

const secretOf = (namespace: string, name: string, spec: object = {}, creationTimestamp = '2026-01-01T00:00:00Z') => {
  const wanted = JSON.parse(JSON.stringify({ domain: host, deleteSecretRef: { name: 'delete' }, ...spec }))
  const object = objectOf('RegistrySecret', name, wanted, { namespace, uid: `${namespace}/${name}`, creationTimestamp })
  return { object, spec: parseRegistrySecretObject(object) }
}

const namespaces: ClusterNamespace[] = ['team', 'bank', 'evil', 'platform'].map(name => ({
  name,
  uid: `uid-of-${name}`,
  labels: { team: name },
}))

const tenantsOf = (grantsOf: Grants | undefined, secrets: readonly KnownRegistrySecret[] = [], rulebook = {}) =>
  new Tenants(rulebookWith({ grantsOf: () => grantsOf, ...rulebook }), new Map([['eu-1', namespaces]]), secrets)

const team = { cluster: 'eu-1', namespace: 'team' }
const lentBy = (tenants: Tenants, of = team): string | undefined => {
  const right = tenants.deleteRight(of, repository)
  return right?.by === 'secret' ? right.lender.object.metadata.uid : right?.by
}
const lending = { accessFrom: { namespaces: ['team'], repositories: ['team/**'], may } }

describe('the right to delete', () => {
  it('is that of a grant before that of any credential', () => {
    const grants: Grants = [{ namespaces: ['team'], repositories: ['team/**'], may }]

    expect(lentBy(tenantsOf(grants, [secretOf('team', 'own')]))).toBe('grant')
  })

  it('is that of its own RegistrySecret before one that is lent', () => {
    const secrets = [secretOf('bank', 'lent', lending, '2020-01-01T00:00:00Z'), secretOf('team', 'own')]

    expect(lentBy(tenantsOf([], secrets))).toBe('team/own')
  })

  it('is that of the RegistrySecret that was lent first: a later one displaces nothing', () => {
    const secrets = [
      secretOf('aaa', 'late', lending, '2026-02-01T00:00:00Z'),
      secretOf('platform', 'early', lending, '2026-01-01T00:00:00Z'),
    ]

    expect(lentBy(tenantsOf([], secrets))).toBe('platform/early')
  })

  it.each<[string, KnownRegistrySecret[], object]>([
    [
      'lends on what was lent to its namespace',
      [
        secretOf('platform', 'first', { accessFrom: { ...lending.accessFrom, namespaces: ['bank'] } }),
        secretOf('bank', 'second', { ...lending, deleteSecretRef: undefined }),
      ],
      {},
    ],
    ['is of another host', [secretOf('team', 'own', { domain: 'other.example.com' })], {}],
    ['names no deleteSecretRef', [secretOf('team', 'own', { deleteSecretRef: undefined })], {}],
    ['is of a registry of AWS', [secretOf('team', 'own')], { takesDeleteLogins: () => false }],
    ['lends for reading', [secretOf('bank', 'x', { accessFrom: { ...lending.accessFrom, may: ['read'] } })], {}],
    ['lends no paths', [secretOf('bank', 'x', { accessFrom: { namespaces: ['team'], may } })], {}],
    [
      'lends other paths',
      [secretOf('bank', 'x', { accessFrom: { ...lending.accessFrom, repositories: ['team/*/x'] } })],
      {},
    ],
    ['lends to others', [secretOf('bank', 'x', { accessFrom: { ...lending.accessFrom, namespaces: ['teams'] } })], {}],
  ])('is none where a RegistrySecret %s', (_, secrets, rulebook) => {
    expect(lentBy(tenantsOf([], secrets, rulebook))).toBeUndefined()
  })

  it('is none of a RegistrySecret in another cluster', () => {
    expect(lentBy(tenantsOf([], [secretOf('team', 'own')]), { cluster: 'eu-2', namespace: 'team' })).toBeUndefined()
  })

  it.each([
    ['that the settings do not name', { registries: [] }],
    ['that is ECR', { registries: [{ host, provider: 'ecr', grants: [] }] }],
  ])('by a deleteSecretRef is none for a host %s', (_, settings) => {
    const rulebook = rulebookOf(parseSettings(settings))

    expect(lentBy(tenantsOf([], [secretOf('team', 'own')], rulebook))).toBeUndefined()
  })
})

const names = ['team', 'bank', 'evil', 'platform'] as const
const paths = ['team/app', 'bank/api', 'evil', 'team/app/below'] as const
const globs = [...paths, '**', '*', 'team/*', '*/app', '{namespace}/**', '{label:team}/*', '{label:none}/**', 'bank/**']

const arbitraryGrant: fc.Arbitrary<Grant> = fc.record({
  clusters: fc.constantFrom(['*'], ['eu-1'], ['eu-2'], ['us-*']),
  namespaces: fc.uniqueArray(fc.constantFrom(...names, '*', 'e*'), { minLength: 1, maxLength: 2 }),
  repositories: fc.uniqueArray(fc.constantFrom(...globs), { minLength: 1, maxLength: 3 }),
  may: fc.constantFrom<Grant['may']>(['read'], ['read', 'delete']),
})
const arbitraryGrants: fc.Arbitrary<Grants | undefined> = fc.oneof(
  fc.constantFrom(undefined, 'everyone' as const),
  fc.array(arbitraryGrant, { maxLength: 3 }),
)

/** Paths that are lent hold no placeholder, so that a set of plain ones tells what each covers. */
const lentPaths: Readonly<Record<string, readonly string[]>> = {
  'team/app': ['team/app'],
  'team/*': ['team/app'],
  '**': paths,
  'bank/**': ['bank/api'],
}
interface Lent {
  readonly from: string
  readonly to: readonly string[]
  readonly repositories: readonly string[] | undefined
  readonly may: readonly string[]
  readonly deletes: boolean
}
const arbitraryLent: fc.Arbitrary<Lent> = fc.record({
  from: fc.constantFrom(...names),
  to: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 2 }),
  repositories: fc.option(fc.uniqueArray(fc.constantFrom(...Object.keys(lentPaths)), { minLength: 1, maxLength: 2 }), {
    nil: undefined,
  }),
  may: fc.constantFrom(['read'], ['read', 'delete']),
  deletes: fc.boolean(),
})

const servesBy =
  (namespace: string, path: string) =>
  ({ from, to, repositories = [], may: lent, deletes }: Lent): boolean =>
    deletes &&
    (from === namespace ||
      (to.includes(namespace) &&
        lent.includes('delete') &&
        repositories.some(glob => lentPaths[glob]?.includes(path) === true)))

const secretsOf = (all: readonly Lent[]): KnownRegistrySecret[] =>
  all.map(({ from, to, repositories, may: lent, deletes }, at) =>
    secretOf(from, `lent-${at}`, {
      ...(!deletes && { deleteSecretRef: undefined }),
      ...(to.length > 0 && { accessFrom: { namespaces: to, may: lent, ...(repositories && { repositories }) } }),
    }),
  )

describe('T1 whatever is granted and lent', () => {
  it('a policy lets go something only where its namespace has a grant to delete, or a deleteSecretRef serves it', () => {
    const law = (said: Grants | undefined, lent: readonly Lent[], namespace: string, reach: readonly string[]) => {
      const grants = said === undefined ? undefined : grantsSchema.parse(said)
      const tenants = tenantsOf(grants, secretsOf(lent))
      const policy = policyOf('cleanup', { keepRecent: 1, namespaces: [...names] }, { namespace })
      const tracked = reach.map(path => trackedOf(path, undefined, { namespace: 'team' }))
      const worlds = reach.map(path =>
        worldOf(path, [
          { name: `${path} 1`, tags: ['v1'] },
          { name: `${path} 2`, tags: ['v2'] },
        ]),
      )

      const found = evaluatePolicy(policy, [policy], tracked, worlds, nothingRuns, tomorrow, { tenants })

      const tenant = { cluster: 'eu-1', name: namespace, labels: { team: namespace } }
      for (const path of reach) {
        const id = `${host}/${path}`
        const isRight = findGrant(grants, tenant, path, 'delete') !== undefined || lent.some(servesBy(namespace, path))
        const toDelete = found.digestsToDelete.get(id)?.size ?? 0
        const tags = found.tagsToDelete.filter(one => one.repository === id).length
        expect({ toDelete, tags, isNamed: found.unauthorized.has(id) }).toEqual(
          isRight ? { toDelete: 1, tags: 1, isNamed: false } : { toDelete: 0, tags: 0, isNamed: true },
        )
      }
    }

    fc.assert(
      fc.property(
        arbitraryGrants,
        fc.array(arbitraryLent, { maxLength: 3 }),
        fc.constantFrom(...names),
        fc.uniqueArray(fc.constantFrom(...paths), { minLength: 1 }),
        law,
      ),
      { numRuns: 300 },
    )
  })
})
