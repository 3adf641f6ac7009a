import type { JsonObject, KubernetesObject } from './kubernetes-object.ts'
import type { ResourceType } from './resource-type.ts'

/** What a client asked for beside the plain objects: `as=Table` in Accept, and `includeObject` in the query. */
export interface TableOptions {
  includeObject: string
}

export function tableOptionsOf(accept: string, query: URLSearchParams): TableOptions | undefined {
  const first = accept.split(',')[0] ?? ''
  return /;\s*as=Table/.test(first) ? { includeObject: query.get('includeObject') ?? 'Metadata' } : undefined
}

/** Objects as the server-side table that `kubectl get` prints. */
export function kubectlTableOf(
  type: ResourceType,
  objects: readonly KubernetesObject[],
  listMetadata: JsonObject,
  options: TableOptions & { withColumns?: boolean },
): JsonObject {
  const now = new Date()
  const columnDefinitions = type.columns.map(({ cell: _, ...definition }) => definition)
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: listMetadata,
    columnDefinitions: options.withColumns === false ? null : columnDefinitions,
    rows: objects.map(object => ({
      cells: type.columns.map(column => column.cell(object, now)),
      ...rowObject(object, options.includeObject),
    })),
  }
}

function rowObject(object: KubernetesObject, includeObject: string): JsonObject {
  if (includeObject === 'None') return { object: null }
  if (includeObject === 'Object') return { object }
  return { object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata } }
}
