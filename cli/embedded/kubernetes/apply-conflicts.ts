import type { Ownership } from './field-ownership.ts'
import { displayPath, type FieldSet } from './field-set.ts'
import { StatusError } from './status-error.ts'

interface Conflict {
  owner: string
  field: string
}

/** Refuses an apply that would change what other managers own, naming every such field. */
export function refuseConflicts(others: readonly Ownership[], changed: FieldSet): void {
  const conflicts = others.flatMap(owner =>
    [...owner.fields]
      .filter(path => changed.has(path))
      .map(path => ({ owner: ownerName(owner), field: displayPath(path) })),
  )
  if (conflicts.length === 0) return
  const causes = conflicts.map(({ owner, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${owner}`,
    field,
  }))
  throw new StatusError(409, 'Conflict', conflictMessage(conflicts), { causes })
}

function conflictMessage(conflicts: Conflict[]): string {
  const [first] = conflicts
  if (conflicts.length === 1 && first)
    return `Apply failed with 1 conflict: conflict with ${first.owner}: ${first.field}`
  const owners = [...new Set(conflicts.map(conflict => conflict.owner))].sort()
  const lines = owners.flatMap(owner => [
    `conflicts with ${owner}:`,
    ...conflicts.filter(conflict => conflict.owner === owner).map(conflict => `- ${conflict.field}`),
  ])
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}

function ownerName(owner: Ownership): string {
  const subresource = owner.subresource ? ` with subresource "${owner.subresource}"` : ''
  return `"${owner.manager}"${subresource}${owner.operation === 'Update' ? ` using ${owner.apiVersion}` : ''}`
}
