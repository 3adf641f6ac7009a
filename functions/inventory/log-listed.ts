import type { InventoryResult } from '../../shared/inventory/take-inventory.ts'
import type { Invocation } from '../runtime/lambda-handler.ts'

/** The alarm of refusals rings on the error. */
export function logListed({ cluster, complete, message: detail, error }: InventoryResult, { log }: Invocation): void {
  if (error) log.error('not listed: nothing is deleted', { cluster, complete, error })
  else log.info('listed', { cluster, complete, detail })
}

/** Without these metrics lack something, and nothing else does. */
export function logUnmetered(
  { name }: { readonly name: string },
  problems: readonly string[],
  { log }: Invocation,
): void {
  if (problems.length > 0) log.warn('not all of a cluster is measured', { cluster: name, problems })
}
