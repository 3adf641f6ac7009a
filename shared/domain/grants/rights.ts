import { compilePathGlob } from '../path-glob.ts'
import { expandGlob, type Grant, type Grants, hasPlaceholder, labelKeysOf, type Right } from './grant.ts'

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

/** The first line that lets a namespace do this below a path; undefined where none does. */
export const findGrant = (
  grants: Grants | undefined,
  tenant: Tenant,
  path: string,
  right: Right,
): GrantLine | undefined => linesOf(grants, tenant).find(one => one.may.includes(right) && one.covers(path))

/** Every line that is of the namespace, in the order of the settings, with what it may do where. */
export const listGrants = (grants: Grants | undefined, tenant: Tenant): readonly TenantGrant[] =>
  linesOf(grants, tenant)

/** True where some line gives the right below some path. */
export const hasAnyGrant = (grants: Grants | undefined, tenant: Tenant, right: Right): boolean =>
  linesOf(grants, tenant).some(one => one.may.includes(right))

/** A grant over the path gives standing: what the namespace's objects track there counts for others. */
export const hasStanding = (grants: Grants | undefined, tenant: Tenant, path: string): boolean =>
  findGrant(grants, tenant, path, 'read') !== undefined

/** True where both may delete there by the same line with the same paths: they are one tenant. */
export function isSameTenant(grants: Grants | undefined, a: Tenant, b: Tenant, path: string): boolean {
  if (a.cluster === b.cluster && a.name === b.name) return true
  const deleting = (tenant: Tenant) =>
    linesOf(grants, tenant).filter(one => one.may.includes('delete') && one.covers(path))
  const ofB = deleting(b)
  return deleting(a).some(one =>
    ofB.some(other => other.place === one.place && String(other.repositories) === String(one.repositories)),
  )
}

/** A line as it is for one namespace. */
export interface TenantGrant extends GrantLine {
  readonly may: readonly Right[]
  readonly covers: (path: string) => boolean
}

const everyone: readonly Grant[] = [{ namespaces: ['*'], repositories: ['**'], may: ['read'] }]

/** Grants as they are asked: each pattern compiled once, and what they say of a namespace kept for its next question. */
interface CompiledGrants {
  readonly lines: readonly CompiledLine[]
  /** What the patterns of paths stand on, beside the namespace itself. */
  readonly labelKeys: readonly string[]
  readonly byTenant: Map<string, readonly TenantGrant[]>
}

interface CompiledLine {
  readonly grant: Grant
  readonly place: number | undefined
  readonly isOf: (tenant: Tenant) => boolean
  /** The patterns of its paths without placeholders, which are the same for every namespace. */
  readonly fixed: ReadonlyMap<string, Matcher>
}

type Matcher = (path: string) => boolean

/** By the list itself: settings are read once and never changed, and go with their list. */
const compiled = new WeakMap<readonly Grant[], CompiledGrants>()

/** Of more namespaces than this the answers are worked out anew, so that memory has an end. */
const maxRemembered = 10_000

function linesOf(grants: Grants | undefined, tenant: Tenant): readonly TenantGrant[] {
  if (grants === undefined) return []
  const { lines, labelKeys, byTenant } = compiledOf(grants)
  const key = JSON.stringify([tenant.cluster, tenant.name, ...labelKeys.map(name => tenant.labels[name] ?? null)])
  const known = byTenant.get(key)
  if (known) return known
  const found = lines.flatMap(line => tenantGrant(line, tenant))
  if (byTenant.size >= maxRemembered) byTenant.clear()
  byTenant.set(key, found)
  return found
}

function compiledOf(grants: Grants): CompiledGrants {
  const list = grants === 'everyone' ? everyone : grants
  const known = compiled.get(list)
  if (known) return known
  const made: CompiledGrants = {
    lines: list.map((grant, place) => compileLine(grant, grants === 'everyone' ? undefined : place)),
    labelKeys: labelKeysOf(list.flatMap(grant => grant.repositories)),
    byTenant: new Map(),
  }
  compiled.set(list, made)
  return made
}

function compileLine(grant: Grant, place: number | undefined): CompiledLine {
  const { clusters, namespaces, repositories } = grant
  const isCluster = clusters && anyOf(clusters.map(compilePathGlob))
  const isNamespace = anyOf(namespaces.map(compilePathGlob))
  const fixed = repositories.filter(glob => !hasPlaceholder(glob))
  return {
    grant,
    place,
    isOf: ({ cluster, name }) => isNamespace(name) && (isCluster === undefined || isCluster(cluster)),
    fixed: new Map(fixed.map(glob => [glob, compilePathGlob(glob)])),
  }
}

function tenantGrant({ grant, place, isOf, fixed }: CompiledLine, tenant: Tenant): TenantGrant[] {
  if (!isOf(tenant)) return []
  const repositories = grant.repositories.flatMap(glob => expandGlob(glob, tenant) ?? [])
  if (repositories.length === 0) return []
  const covers = anyOf(repositories.map(glob => fixed.get(glob) ?? compilePathGlob(glob)))
  return [{ place, repositories, may: grant.may, covers }]
}

const anyOf =
  (matchers: readonly Matcher[]): Matcher =>
  path =>
    matchers.some(matches => matches(path))
