import { parse as parseYaml } from 'yaml'
import { isObject, type JsonObject, type JsonValue } from './kubernetes-object.ts'
import { decodeObject } from './protobuf/decode-object.ts'
import { badRequest, unsupportedMediaType } from './status-error.ts'

const protobuf = 'application/vnd.kubernetes.protobuf'

export function requestMediaType(request: Request): string {
  const [mediaType = ''] = (request.headers.get('content-type') ?? '').split(';')
  return mediaType.trim().toLowerCase()
}

/** An object in JSON, YAML or protobuf; `expected` names the kind in the answer to an unreadable body. */
export async function readObject(request: Request, expected: string): Promise<JsonObject> {
  const mediaType = requestMediaType(request)
  if (mediaType === protobuf) return readProtobuf(request, expected)
  const isYaml = mediaType.includes('yaml')
  if (mediaType && !isYaml && mediaType !== 'application/json') {
    const accepted = `application/json, application/yaml, ${protobuf}`
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
    )
  }
  const value = parseBody(await request.text(), isYaml, expected)
  if (isObject(value)) return value
  throw badRequest(`the object provided is unrecognized (must be of type ${expected}): expected an object`)
}

/** The options of a delete; an empty body means the defaults. */
export async function readDeleteOptions(request: Request): Promise<JsonObject> {
  if (requestMediaType(request) === protobuf) return readProtobuf(request, 'DeleteOptions')
  const text = await request.text()
  const value = text ? parseBody(text, false, 'DeleteOptions') : {}
  return isObject(value) ? value : {}
}

async function readProtobuf(request: Request, expected: string): Promise<JsonObject> {
  const bytes = new Uint8Array(await request.arrayBuffer())
  if (bytes.length === 0 && expected === 'DeleteOptions') return {}
  try {
    return decodeObject(bytes)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const refusal = badRequest(`the object provided is unrecognized (must be of type ${expected}): ${why}`)
    refusal.cause = cause
    throw refusal
  }
}

/** A patch of any media type; apply patches may be YAML. */
export async function readPatch(request: Request): Promise<JsonValue> {
  return parseBody(await request.text(), requestMediaType(request).includes('yaml'), 'Patch')
}

function parseBody(text: string, isYaml: boolean, expected: string): JsonValue {
  try {
    return isYaml ? parseYaml(text) : JSON.parse(text)
  } catch (cause) {
    const why = `${cause instanceof Error ? cause.message : cause} (${text.slice(0, 200)})`
    const refusal = badRequest(
      `the object provided is unrecognized (must be of type ${expected}): couldn't get version/kind; json parse error: ${why}`,
    )
    refusal.cause = cause
    throw refusal
  }
}
