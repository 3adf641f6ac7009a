import jsonPatch from 'fast-json-patch'
import mergePatch from 'json-merge-patch'
import { rootShape } from './field-ownership.ts'
import { isObject, type JsonObject, type JsonValue, type KubernetesObject } from './kubernetes-object.ts'
import type { ResourceType } from './resource-type.ts'
import { badRequest, StatusError, unsupportedMediaType } from './status-error.ts'
import { strategicMerge } from './strategic-merge.ts'

/** The live object with a JSON patch, merge patch or strategic merge patch on it. */
export function patchedObject(
  type: ResourceType,
  mediaType: string,
  live: KubernetesObject,
  patch: JsonValue,
): JsonObject {
  if (mediaType === 'application/json-patch+json') return jsonPatched(live, patch)
  const fields = patchFields(patch)
  if (mediaType === 'application/merge-patch+json')
    return asObject(mergePatch.apply<JsonValue>(structuredClone(live), fields))
  if (mediaType === 'application/strategic-merge-patch+json' && !type.isCustom) {
    return strategicMerge(rootShape(type), structuredClone(live), fields)
  }
  throw unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: ${acceptedPatches(type)}`,
  )
}

/** The media types of patches that a kind takes, as /openapi/v3 and the 415 list them. */
export function acceptedPatches(type: ResourceType): string {
  const strategic = type.isCustom ? [] : ['application/strategic-merge-patch+json']
  return [
    'application/json-patch+json',
    'application/merge-patch+json',
    ...strategic,
    'application/apply-patch+yaml',
  ].join(', ')
}

function patchFields(patch: JsonValue): JsonObject {
  if (isObject(patch)) return patch
  const found = Array.isArray(patch) ? 'array' : typeof patch
  throw badRequest(
    `error decoding patch: json: cannot unmarshal ${found} into Go value of type map[string]interface {}`,
  )
}

function asObject(value: JsonValue): JsonObject {
  return isObject(value) ? value : {}
}

function jsonPatched(live: KubernetesObject, patch: JsonValue): JsonObject {
  if (!Array.isArray(patch)) {
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp')
  }
  try {
    const operations = JSON.parse(JSON.stringify(patch))
    return asObject(jsonPatch.applyPatch<JsonValue>(structuredClone(live), operations, true).newDocument)
  } catch (cause) {
    const refusal = new StatusError(
      422,
      'Invalid',
      'the server rejected our request due to an error in our request',
      {},
    )
    refusal.cause = cause
    throw refusal
  }
}
