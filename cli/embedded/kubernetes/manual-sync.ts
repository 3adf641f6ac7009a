import { manualSyncAnnotation } from '../../../shared/reconcile/annotations.ts'
import { isObject, type JsonObject, type JsonValue } from './kubernetes-object.ts'

/**
 * Counts in place what `infra/cluster/manual-sync.yaml` counts in a real cluster: how often a sync was asked for by hand.
 * The count never falls, and nobody owns it.
 */
export function countManualSyncs(object: JsonObject, old: JsonObject | undefined): void {
  if (!isObject(object.spec)) return
  const [asked, before] = [askedBy(object), old && askedBy(old)]
  const counted = countOf(old)
  const next = counted + (asked !== '' && asked !== before ? 1 : 0)
  if (next !== countOf(object)) object.spec.syncRequests = next
}

function askedBy({ metadata }: JsonObject): JsonValue {
  const annotations = isObject(metadata) && isObject(metadata.annotations) ? metadata.annotations : {}
  return annotations[manualSyncAnnotation] ?? ''
}

function countOf(object: JsonObject | undefined): number {
  const spec = isObject(object?.spec) ? object.spec : {}
  return typeof spec.syncRequests === 'number' ? spec.syncRequests : 0
}
