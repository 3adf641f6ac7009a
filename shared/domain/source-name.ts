/**
 * Of an organization each account in each region is a source of workloads with a name of its own:
 * `org/123456789012/eu-west-1`, after the name of the entry in the settings.
 */
export const memberName = (organization: string, account: string, region: string): string =>
  `${organization}/${account}/${region}`

const namePattern = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?'

/** True for the name of a source, and for `org`, `org/123456789012`, `org/123456789012/eu-west-1`, which mean members of it. */
export const isSourceScope = (text: string): boolean =>
  new RegExp(`^${namePattern}(/([0-9]{12}|\\*)(/([a-z0-9-]+|\\*))?)?$`).test(text)

/** The entry of the settings that a source or a scope is of. */
export const entryOf = (name: string): string => name.split('/', 1)[0] ?? name

/**
 * True where the scope means the source. An organization is meant by each scope that means a member of it: who its
 * members are must be known first.
 */
export function isInScope(scope: string, source: string): boolean {
  const wanted = scope.split('/')
  return source.split('/').every((part, at) => [undefined, '*', part].includes(wanted[at]))
}
