import { parse as parseYaml } from 'yaml'
import { isObject, type JsonObject, type JsonValue } from './kubernetes-object.ts'
import { badRequest, unsupportedMediaType } from './status-error.ts'

export function requestMediaType(request: Request): string {
  const [mediaType = ''] = (request.headers.get('content-type') ?? '').split(';')
  return mediaType.trim().toLowerCase()
}

/** A JSON or YAML object; `expected` names the kind in the answer to an unreadable body. */
export async function readObject(request: Request, expected: string): Promise<JsonObject> {
  const mediaType = requestMediaType(request)
  refuseProtobuf(mediaType)
  const isYaml = mediaType.includes('yaml')
  if (mediaType && !isYaml && mediaType !== 'application/json') {
    const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${accepted}`,
    )
  }
  const value = parseBody(await request.text(), isYaml, expected)
  if (isObject(value)) return value
  throw badRequest(`the object provided is unrecognized (must be of type ${expected}): expected an object`)
}

/** The options of a delete, which may come as protobuf or not at all; both mean the defaults. */
export async function readDeleteOptions(request: Request): Promise<JsonObject> {
  const text = requestMediaType(request).includes('protobuf') ? '' : await request.text()
  const value = text ? parseBody(text, false, 'DeleteOptions') : {}
  return isObject(value) ? value : {}
}

/** A patch of any media type; apply patches may be YAML. */
export async function readPatch(request: Request): Promise<JsonValue> {
  const mediaType = requestMediaType(request)
  refuseProtobuf(mediaType)
  return parseBody(await request.text(), mediaType.includes('yaml'), 'Patch')
}

function refuseProtobuf(mediaType: string): void {
  if (!mediaType.includes('protobuf')) return
  throw unsupportedMediaType(
    'the embedded API reads JSON and YAML, not protobuf: write the object to a file and use kubectl apply -f',
  )
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
