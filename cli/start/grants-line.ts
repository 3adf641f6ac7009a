import { amountText } from '../../shared/domain/amount-text.ts'
import type { Grant, Grants } from '../../shared/domain/grants/grant.ts'

/** Who may do what, in one line: of several lines of grants only how many there are. */
export function grantsLine(grants: Grants): string {
  if (grants === 'everyone') return 'every namespace may read everything, none may delete'
  const [only, ...others] = grants
  if (only === undefined) return 'no namespace may delete, or read with a credential of the installation'
  return others.length === 0 ? describe(only) : deletersOf(grants)
}

const describe = ({ clusters, namespaces, repositories, may }: Grant): string => {
  const where = clusters ? ` of clusters ${clusters.join(', ')}` : ''
  return `${namespacesText(namespaces)}${where} may ${may.join(' and ')} ${repositoriesText(repositories)}`
}

const namespacesText = (globs: readonly string[]): string =>
  globs.includes('*') ? 'every namespace' : `${globs.length === 1 ? 'namespace' : 'namespaces'} ${globs.join(', ')}`

const repositoriesText = (globs: readonly string[]): string => (globs.includes('**') ? 'everything' : globs.join(', '))

const deletersOf = (grants: readonly Grant[]): string => {
  const deleting = grants.filter(({ may }) => may.includes('delete')).length
  return `${amountText(grants.length, 'line')}, of which ${deleting} let namespaces delete`
}
