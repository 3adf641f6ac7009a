import { canonicalJson, isObject, type JsonObject, type JsonValue } from './kubernetes-object.ts'
import type { NamedTarget, RequestTarget } from './request-target.ts'
import { apiVersionOf, type ResourceType } from './resource-type.ts'
import { metadataOf } from './sent-object.ts'
import { badRequest, invalid, invalidValue, StatusError } from './status-error.ts'

/** An object that a client sent for a kind must name that kind. */
export function checkKind(type: ResourceType, object: JsonObject): void {
  const expected = apiVersionOf(type)
  // The types of core kinds are known from the URL; a custom resource must say what it is.
  if (!type.isCustom)
    Object.assign(object, { apiVersion: object.apiVersion || expected, kind: object.kind || type.kind })
  if (typeof object.kind !== 'string' || object.kind === '') {
    const text = JSON.stringify(object)
    throw badRequest(
      `the object provided is unrecognized (must be of type ${type.kind}): Object 'Kind' is missing in '${text}' (${text})`,
    )
  }
  if (object.apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${object.apiVersion}) does not match the expected API version (${expected})`,
    )
  }
  if (object.kind !== type.kind) {
    throw invalid(type.group, object.kind, String(metadataOf(object).name ?? ''), [
      invalidValue('kind', `must be ${type.kind}`, object.kind),
    ])
  }
  for (const field of ['labels', 'annotations']) checkTexts(type, field, metadataOf(object)[field])
}

function checkTexts(type: ResourceType, field: string, values: JsonValue | undefined): void {
  const wrong = Object.values(isObject(values) ? values : {}).find(value => typeof value !== 'string')
  if (wrong === undefined) return
  const why = `json: cannot unmarshal ${typeof wrong} into Go struct field StoredMeta.${type.isCustom ? '' : 'metadata.'}${field} of type string`
  throw badRequest(`${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: ${why}`)
}

/** Warnings for the fields that will be dropped, or the refusal that `fieldValidation=Strict` asks for. */
export function unknownFieldWarnings(
  type: ResourceType,
  body: JsonObject,
  fieldValidation: string,
  isPatched = false,
): string[] {
  if (fieldValidation === 'Ignore') return []
  const warnings = type.unknownFields(body).map(field => `unknown field "${field}"`)
  if (warnings.length === 0 || fieldValidation !== 'Strict') return warnings
  const why = `strict decoding error: ${warnings.join(', ')}`
  if (!isPatched) {
    throw badRequest(`${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: ${why}`)
  }
  throw invalid('', '', '', [invalidValue('patch', why, canonicalJson(body))])
}

/** The name and namespace in an object must be those of the URL. */
export function checkUrl(target: NamedTarget, body: JsonObject): void {
  const { name, namespace } = metadataOf(body)
  if (name !== undefined && name !== target.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${target.name})`)
  }
  checkNamespace(target, namespace)
}

export function checkNamespace(target: RequestTarget, namespace: JsonValue | undefined): void {
  if (namespace && namespace !== target.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
}

/** An applied configuration may name no field and no type that the schema does not: the real server answers 500. */
export function checkDeclared({ type, namespace, name }: NamedTarget, configuration: JsonObject): void {
  const problems = [
    ...type.typeErrors(configuration),
    ...type.unknownFields(configuration).map(field => `.${field}: field not declared in schema`),
  ]
  if (problems.length === 0) return
  const where = `${namespace ? `${namespace}/` : ''}${name}; ${apiVersionOf(type)}, Kind=${type.kind}`
  const list =
    problems.length === 1 ? ` ${problems[0]}` : ` errors:\n${problems.map(problem => `  ${problem}`).join('\n')}`
  throw new StatusError(500, undefined, `failed to create typed patch object (${where}):${list}`)
}
