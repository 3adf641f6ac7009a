import type { FieldShape } from './field-shape.ts'
import type { JsonObject, JsonValue, KubernetesObject } from './kubernetes-object.ts'
import type { StatusCause } from './status-error.ts'

/** One column of `kubectl get`; priority 1 is shown by `-o wide` only. */
export interface PrinterColumn {
  name: string
  type: string
  format: string
  description: string
  priority: number
  cell(object: KubernetesObject, now: Date): JsonValue
}

/** Everything the server knows of one kind. Custom resources are built from their CRD, core kinds from a table. */
export interface ResourceType {
  group: string
  version: string
  plural: string
  singular: string
  kind: string
  namespaced: boolean
  shortNames: string[]
  categories: string[]
  /** False where the real server keeps no generation for the kind. */
  hasGeneration: boolean
  hasStatus: boolean
  isCustom: boolean
  columns: PrinterColumn[]
  /** Field selectors beside metadata.name and metadata.namespace, as dotted paths. */
  selectableFields: string[]
  /** How lists merge, for server-side apply and strategic merge patch. */
  shape: FieldShape
  /** Schema as published by /openapi/v3. */
  openApiSchema: JsonObject
  /** Paths that the schema does not know, such as `spec.foo`. */
  unknownFields(object: JsonObject): string[]
  /** What server-side apply refuses before it merges: values of another type, and repeated list items. */
  typeErrors(object: JsonObject): string[]
  /** Fills, in place and on create only, what has no owner because the server itself decides it. */
  admit(object: JsonObject): void
  /** Counts, in place and on every write of the object itself, what the cluster counts. */
  count(object: JsonObject, old: JsonObject | undefined): void
  /** Drops unknown fields and fills defaults, in place. */
  complete(object: JsonObject): void
  /** Reasons to refuse the object; `subresource` is where the write came in. */
  validate(object: KubernetesObject, old: KubernetesObject | undefined, subresource: string): StatusCause[]
}

export function apiVersionOf(type: { group: string; version: string }): string {
  return type.group ? `${type.group}/${type.version}` : type.version
}

export function apiPathOf(type: { group: string; version: string }): string {
  return type.group ? `apis/${type.group}/${type.version}` : `api/${type.version}`
}
