import type { InventoryResult } from '../../shared/inventory/take-inventory.ts'
import type { Invocation } from '../runtime/lambda-handler.ts'

/** Each source, and the members that one consists of. */
export function logListed(all: readonly InventoryResult[], invocation: Invocation): void {
  for (const one of all) logOne(one, invocation)
}

/** The alarm of refusals rings on the error. */
function logOne({ cluster, complete, message: detail, error }: InventoryResult, { log }: Invocation): void {
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
