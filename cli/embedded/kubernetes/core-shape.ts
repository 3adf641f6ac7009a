import type { FieldShape } from './field-shape.ts'
import type { JsonValue } from './kubernetes-object.ts'

/** Lists of the core kinds that merge by a key. The names are unambiguous within the kinds that are served, but for these. */
const ownListKeys: Record<string, Record<string, string[]>> = {
  Service: { ports: ['port', 'protocol'] },
  ServiceAccount: { secrets: ['name'] },
}
const listKeys: Record<string, string[]> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  imagePullSecrets: ['name'],
  volumeMounts: ['mountPath'],
  ports: ['containerPort', 'protocol'],
  conditions: ['type'],
  ownerReferences: ['uid'],
  finalizers: [],
}

const keyDefaults: Record<string, Record<string, JsonValue>> = { ports: { protocol: 'TCP' } }

const atomicMaps = new Set([
  'selector',
  'nodeSelector',
  'involvedObject',
  'configMapKeyRef',
  'secretKeyRef',
  'fieldRef',
  'resourceFieldRef',
])

/** Structs that Go serialises even when empty: a new object already has them. */
const alwaysPresent = new Set([
  'metadata',
  'spec',
  'status',
  'strategy',
  'updateStrategy',
  'template',
  'jobTemplate',
  'containers',
  'source',
])

/** The shape of a core kind. That of a field is known by the field's name alone. */
export function coreShape(kind: string): FieldShape {
  return shapeOf('', { ...listKeys, ...ownListKeys[kind] })
}

function shapeOf(name: string, keysOf: Record<string, string[]>): FieldShape {
  const keys = keysOf[name]
  const defaults = keyDefaults[name]
  return {
    isAtomic: atomicMaps.has(name),
    isAlwaysPresent: alwaysPresent.has(name),
    ...(keys && { listKeys: keys }),
    ...(defaults && { keyDefaults: defaults }),
    isDeclared: () => true,
    field: field => shapeOf(field, keysOf),
    items: () => shapeOf('', keysOf),
  }
}
