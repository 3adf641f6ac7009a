import { compilePathGlob } from '../path-glob.ts'
import { expandGlob, type Grant, type Grants, type Right } from './grant.ts'

/** A namespace that asks. */
export interface Tenant {
  readonly cluster: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** The line that gives a right. */
export interface GrantLine {
  /** Its place in the registry's `grants`, from 0; undefined for the word `everyone`. */
  readonly place: number | undefined
  /** Its paths, as they are for this namespace. */
  readonly repositories: readonly string[]
}

const everyone: Grant = { namespaces: ['*'], repositories: ['**'], may: ['read'] }

/** The first line that lets a namespace do this below a path; undefined where none does. */
export function findGrant(
  grants: Grants | undefined,
  tenant: Tenant,
  path: string,
  right: Right,
): GrantLine | undefined {
  if (grants === undefined) return undefined
  if (grants === 'everyone')
    return linesOf([everyone], tenant, path, right).map(one => ({ ...one, place: undefined }))[0]
  return linesOf(grants, tenant, path, right)[0]
}

/** True where some line gives the right below some path. */
export const hasAnyGrant = (grants: Grants | undefined, tenant: Tenant, right: Right): boolean =>
  (grants === 'everyone' ? [everyone] : (grants ?? [])).some(
    grant =>
      grant.may.includes(right) &&
      isOf(grant, tenant) &&
      grant.repositories.some(glob => expandGlob(glob, tenant) !== undefined),
  )

/** A grant over the path gives standing: what the namespace's objects track there counts for others. */
export const hasStanding = (grants: Grants | undefined, tenant: Tenant, path: string): boolean =>
  findGrant(grants, tenant, path, 'read') !== undefined

/** True where both may delete there by the same line with the same paths: they are one tenant. */
export function isSameTenant(grants: Grants | undefined, a: Tenant, b: Tenant, path: string): boolean {
  if (a.cluster === b.cluster && a.name === b.name) return true
  if (grants === undefined || grants === 'everyone') return false
  const ofB = linesOf(grants, b, path, 'delete')
  return linesOf(grants, a, path, 'delete').some(one =>
    ofB.some(other => other.place === one.place && String(other.repositories) === String(one.repositories)),
  )
}

/** Every line that gives the right, in the order of the settings. */
function linesOf(grants: readonly Grant[], tenant: Tenant, path: string, right: Right) {
  return grants.flatMap((grant, place) => {
    if (!grant.may.includes(right) || !isOf(grant, tenant)) return []
    const repositories = grant.repositories.flatMap(glob => expandGlob(glob, tenant) ?? [])
    return repositories.some(glob => compilePathGlob(glob)(path)) ? [{ place, repositories }] : []
  })
}

const isOf = ({ clusters, namespaces }: Grant, { cluster, name }: Tenant): boolean =>
  (clusters === undefined || clusters.some(glob => isNamed(glob, cluster))) &&
  namespaces.some(glob => isNamed(glob, name))

/** A name has no slash, so that `*` matches all of it. */
const isNamed = (glob: string, name: string): boolean => compilePathGlob(glob)(name)
