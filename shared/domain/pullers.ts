import { isInScope } from './source-name.ts'

/** Who pulls from which registry, as the settings say. */
export interface PullScopes {
  pullsFrom(registry: string, source: string): boolean
  /** What they name as pulling from it; none where everybody may. */
  pullScopesOf(registry: string): readonly string[]
}

/** A source of workloads by name. One that has `members`, an organization, has no workloads of its own. */
export interface NamedSource {
  readonly name: string
  readonly members?: readonly unknown[]
}

const hasWorkloads = ({ members }: NamedSource): boolean => members === undefined

/** Why it is not known what these use, though each was listed: nobody of whom anything could be known. Undefined where somebody is. */
export function whyNobodyPulls(sources: readonly NamedSource[]): string | undefined {
  const empty = sources.find(({ members }) => members?.length === 0)
  if (empty !== undefined)
    return `expected an account of ${empty.name} at least, got none; check its accounts and organizationalUnits, or take it out of awsWorkloads`
  return sources.some(hasWorkloads) ? undefined : 'expected a cluster or an account that pulls, got none'
}

/**
 * Why it is not known who pulls from a registry; undefined where it is. Each scope of the settings that names accounts or
 * regions must be met by a source, since one that is misspelled would not be waited for.
 */
export function unknownPullers(
  registry: string,
  sources: readonly NamedSource[],
  { pullsFrom, pullScopesOf }: PullScopes,
): string | undefined {
  const pulling = sources.filter(({ name }) => pullsFrom(registry, name))
  const nobody = whyNobodyPulls(pulling)
  if (nobody !== undefined) return `${registry}: ${nobody}`
  const unmet = pullScopesOf(registry).find(
    scope => scope.includes('/') && !pulling.some(one => hasWorkloads(one) && isInScope(scope, one.name)),
  )
  return unmet === undefined
    ? undefined
    : `${registry}: expected a source that ${unmet} of its clusters means, got none; take it out of registries[].clusters once nothing pulls there`
}
