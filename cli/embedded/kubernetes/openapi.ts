import { createHash } from 'node:crypto'
import type { JsonObject } from './kubernetes-object.ts'
import { acceptedPatches } from './patches.ts'
import { apiPathOf, type ResourceType } from './resource-type.ts'

const objectMetaName = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

const typeMetaTexts = {
  apiVersion:
    'APIVersion defines the versioned schema of this representation of an object. Servers should convert recognized schemas to the latest internal value, and may reject unrecognized values. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources',
  kind: 'Kind is a string value representing the REST resource this object represents. Servers may infer this from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds',
  metadata:
    "Standard object's metadata. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
}

/** The index of `/openapi/v3`: where each group's document lies. */
export function openApiIndex(groups: ReadonlyMap<string, readonly ResourceType[]>): JsonObject {
  const paths = [...groups].map(([path, members]) => {
    const hash = createHash('sha256')
      .update(JSON.stringify(openApiDocument(members)))
      .digest('hex')
      .slice(0, 32)
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }]
  })
  return { paths: Object.fromEntries(paths) }
}

/** One group's document: what kubectl needs to send `fieldValidation`, and to explain custom resources. */
export function openApiDocument(members: readonly ResourceType[]): JsonObject {
  const schemas = Object.fromEntries(members.map(type => [schemaName(type), objectSchema(type)]))
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.3' },
    paths: Object.fromEntries(members.flatMap(pathsOf)),
    components: {
      schemas: {
        ...schemas,
        [objectMetaName]: {
          type: 'object',
          description: 'ObjectMeta is metadata that all persisted resources must have.',
          properties: metadataProperties,
        },
      },
    },
  }
}

const text = { type: 'string' }
const texts = { type: 'object', additionalProperties: text }
const metadataProperties: JsonObject = {
  name: text,
  namespace: text,
  generateName: text,
  labels: texts,
  annotations: texts,
  uid: text,
  resourceVersion: text,
  generation: { type: 'integer', format: 'int64' },
  creationTimestamp: { type: 'string', format: 'date-time' },
}

function schemaName(type: ResourceType): string {
  const reversed = (type.group || 'core').split('.').reverse().join('.')
  return type.isCustom
    ? `${reversed}.${type.version}.${type.kind}`
    : `io.k8s.api.${reversed}.${type.version}.${type.kind}`
}

function kindOf(type: ResourceType): JsonObject {
  return { group: type.group, version: type.version, kind: type.kind }
}

function objectSchema(type: ResourceType): JsonObject {
  const properties = typeof type.openApiSchema.properties === 'object' ? type.openApiSchema.properties : {}
  return {
    ...type.openApiSchema,
    properties: {
      ...properties,
      apiVersion: { type: 'string', description: typeMetaTexts.apiVersion },
      kind: { type: 'string', description: typeMetaTexts.kind },
      metadata: { description: typeMetaTexts.metadata, allOf: [{ $ref: `#/components/schemas/${objectMetaName}` }] },
    },
    'x-kubernetes-group-version-kind': [kindOf(type)],
  }
}

function pathsOf(type: ResourceType): [string, JsonObject][] {
  const collection = `/${apiPathOf(type)}/${type.namespaced ? 'namespaces/{namespace}/' : ''}${type.plural}`
  return [
    [collection, { get: operation(type, 'list', []), post: operation(type, 'post', writeParameters) }],
    [
      `${collection}/{name}`,
      { get: operation(type, 'get', []), patch: patchOperation(type), put: operation(type, 'put', writeParameters) },
    ],
  ]
}

const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation']

function operation(type: ResourceType, action: string, parameters: string[]): JsonObject {
  return {
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kindOf(type),
    parameters: parameters.map(name => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } })),
    responses: { '200': { description: 'OK', content: { 'application/json': { schema: reference(type) } } } },
  }
}

function patchOperation(type: ResourceType): JsonObject {
  // Without types for the core kinds kubectl must compute their strategic merge patches from what it was built with.
  const mediaTypes = acceptedPatches(type)
    .split(', ')
    .filter(mediaType => !mediaType.includes('strategic'))
  const content = Object.fromEntries(mediaTypes.map(mediaType => [mediaType, { schema: { type: 'object' } }]))
  return { ...operation(type, 'patch', [...writeParameters, 'force']), requestBody: { content, required: true } }
}

function reference(type: ResourceType): JsonObject {
  return { $ref: `#/components/schemas/${schemaName(type)}` }
}
