import { describe, expect, it } from 'vitest'
import { type Grant, type Grants, grants as grantsSchema } from '../../../../shared/domain/grants/grant.ts'
import {
  findGrant,
  hasStanding,
  isSameTenant,
  listGrants,
  type Tenant,
} from '../../../../shared/domain/grants/rights.ts'

const tenant = (name: string, labels: Record<string, string> = {}, cluster = 'main'): Tenant => ({
  cluster,
  name,
  labels,
})
const lines = (...all: Partial<Grant>[]): Grants =>
  grantsSchema.parse(all.map(one => ({ clusters: ['*'], namespaces: ['*'], may: ['read', 'delete'], ...one })))

describe('a right', () => {
  it.each([
    ['no grants are written', undefined],
    ['the list is empty', []],
    ['no line is of the namespace', lines({ namespaces: ['shop'], repositories: ['**'] })],
    ['no line is of the cluster', lines({ clusters: ['other-*'], repositories: ['**'] })],
    ['no line is of the path', lines({ repositories: ['shop/**', 'bank', 'bank/*/x'] })],
  ])('is not there where %s', (_, grants) => {
    expect(findGrant(grants, tenant('bank'), 'bank/api', 'read')).toBeUndefined()
    expect(findGrant(grants, tenant('bank'), 'bank/api', 'delete')).toBeUndefined()
    expect(hasStanding(grants, tenant('bank'), 'bank/api')).toBe(false)
  })

  it('of everyone is to read everything, and to delete nothing', () => {
    expect(findGrant('everyone', tenant('bank'), 'a/b/c', 'read')).toMatchObject({ place: undefined })
    expect(findGrant('everyone', tenant('bank'), 'a/b/c', 'delete')).toBeUndefined()
  })

  it('is of the first line that gives it', () => {
    const grants = lines(
      { repositories: ['bank/**'], may: ['read'] },
      { namespaces: ['bank'], repositories: ['bank/**'] },
      { repositories: ['**'] },
    )

    expect(findGrant(grants, tenant('bank'), 'bank/api', 'read')?.place).toBe(0)
    expect(findGrant(grants, tenant('bank'), 'bank/api', 'delete')?.place).toBe(1)
    expect(findGrant(grants, tenant('shop'), 'bank/api', 'delete')?.place).toBe(2)
  })

  it('over a line without clusters is of every cluster', () => {
    const grants: Grants = [{ namespaces: ['bank'], repositories: ['**'], may: ['read'] }]

    expect(findGrant(grants, tenant('bank', {}, 'any'), 'a', 'read')).toBeDefined()
  })

  it('by {namespace} is below that name alone, and no wildcard', () => {
    const grants = lines({ repositories: ['{namespace}/**'] })

    expect(findGrant(grants, tenant('bank'), 'bank/api', 'delete')?.repositories).toEqual(['bank/**'])
    expect(findGrant(grants, tenant('bank'), 'bank-of-others/api', 'delete')).toBeUndefined()
    expect(findGrant(grants, tenant('bank'), 'shop/api', 'delete')).toBeUndefined()
  })

  it('follows a label that changes, and ends with it', () => {
    const grants = lines({ repositories: ['{label:team}/**', 'common/*'] })
    const repositoriesOf = (labels: Record<string, string>, path: string) =>
      findGrant(grants, tenant('bank', labels), path, 'read')?.repositories

    expect(repositoriesOf({ team: 'red' }, 'red/api')).toEqual(['red/**', 'common/*'])
    expect(repositoriesOf({ team: 'blue' }, 'red/api')).toBeUndefined()
    expect(repositoriesOf({}, 'common/api')).toEqual(['common/*'])
    expect(repositoriesOf({ team: '*' }, 'red/api')).toBeUndefined()
  })
})

describe('one tenant', () => {
  const same = (grants: Grants | undefined, a: string, b: string, path: string) =>
    isSameTenant(grants, tenant(a, { team: 'red' }), tenant(b, { team: b === 'odd' ? 'blue' : 'red' }), path)

  it('are namespaces that delete by the same line with the same paths', () => {
    const grants = lines({ namespaces: ['bank', 'bank-*'], repositories: ['bank/**'] })

    expect(same(grants, 'bank', 'bank-test', 'bank/api')).toBe(true)
    expect(same(grants, 'bank', 'shop', 'bank/api')).toBe(false)
    expect(same(grants, 'bank', 'bank-test', 'shop/api')).toBe(false)
  })

  it('are not namespaces of two lines, though the paths are the same', () => {
    const grants = lines(
      { namespaces: ['bank'], repositories: ['shared/**'] },
      { namespaces: ['shop'], repositories: ['shared/**'] },
    )

    expect(same(grants, 'bank', 'shop', 'shared/api')).toBe(false)
  })

  it('are not namespaces for which the line means other paths', () => {
    const grants = lines({ repositories: ['{label:team}/**', 'shared/**'] })

    expect(same(grants, 'bank', 'shop', 'shared/api')).toBe(true)
    expect(same(grants, 'bank', 'odd', 'shared/api')).toBe(false)
  })

  it('are not those who may only read', () => {
    expect(same(lines({ repositories: ['**'], may: ['read'] }), 'bank', 'shop', 'a')).toBe(false)
    expect(same('everyone', 'bank', 'shop', 'a')).toBe(false)
    expect(same(undefined, 'bank', 'shop', 'a')).toBe(false)
  })

  it('is a namespace with itself, in its own cluster', () => {
    expect(isSameTenant([], tenant('bank'), tenant('bank'), 'a')).toBe(true)
    expect(isSameTenant([], tenant('bank'), tenant('bank', {}, 'other'), 'a')).toBe(false)
  })
})

it('lists all lines of a namespace, in the order of the settings', () => {
  const grants = lines(
    { repositories: ['{namespace}/**'] },
    { namespaces: ['shop'], repositories: ['**'] },
    { repositories: ['{label:team}/**'] },
    { repositories: ['common/**'], may: ['read'] },
  )

  expect(listGrants(grants, tenant('bank')).map(({ place, repositories }) => [place, repositories])).toEqual([
    [0, ['bank/**']],
    [3, ['common/**']],
  ])
})

it('looks at the patterns of 300 lines once, however many repositories are asked for', () => {
  let reads = 0
  const grants = Array.from({ length: 300 }, (_, at): Grant => {
    const repositories = [at % 2 === 0 ? `team-${at}/**` : '{namespace}/**']
    return {
      clusters: ['*'],
      namespaces: [`team-${at}`],
      get repositories() {
        reads += 1
        return repositories
      },
      may: ['read', 'delete'],
    }
  })

  const found = Array.from({ length: 20_000 }, (_, at) =>
    findGrant(grants, tenant(`team-${at % 300}`), `team-${at % 300}/app-${at}`, 'delete'),
  )

  expect(found.every((line, at) => line?.place === at % 300)).toBe(true)
  expect(reads).toBeLessThanOrEqual(3 * 300)
})
