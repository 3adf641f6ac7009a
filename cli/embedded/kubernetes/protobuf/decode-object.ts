import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { isObject, type JsonObject, type JsonValue, listAt, objectAt } from '../kubernetes-object.ts'
import { findMessage, type Message, type MessageField } from './messages.ts'
import { readPlainFields, specialValues } from './special-values.ts'

const magic = Buffer.from('k8s\0')

/**
 * What the protobuf of a Kubernetes client is in JSON. Fields that are not known are left out, as the real server does.
 *
 * @throws Error where the bytes are none, or of a kind that is not known
 * @see https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
 */
export function decodeObject(bytes: Uint8Array): JsonObject {
  if (!magic.equals(bytes.subarray(0, magic.length))) throw new Error('expected the bytes k8s and 0 at the beginning')
  const envelope = readPlainFields(bytes.subarray(magic.length))
  const typeMeta = readPlainFields(envelope.bytesAt(1))
  const kind = typeMeta.textAt(2)
  const message = findMessage(kind)
  if (!message) throw new Error(`expected a kind that is sent as protobuf, got ${JSON.stringify(kind)}`)
  return { apiVersion: typeMeta.textAt(1), kind, ...decodeMessage(message, envelope.bytesAt(2)) }
}

function decodeMessage(message: Message, bytes: Uint8Array): JsonObject {
  const object: JsonObject = {}
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    const field = message.get(number)
    if (field) addField(object, field, reader, wireType)
    else reader.skip(wireType, number)
  }
  return object
}

function addField(object: JsonObject, field: MessageField, reader: BinaryReader, wireType: WireType): void {
  const { name, type, count } = field
  // A message whose fields stand among those of its parent.
  if (name === undefined) Object.assign(object, readValue(type, reader))
  else if (count === 'map') object[name] = withEntry(objectAt(object, name), type, reader.bytes())
  else if (count === 'many') {
    const list = listAt(object, name)
    list.push(...readMany(type, reader, wireType))
    object[name] = list
  } else {
    const value = readValue(type, reader)
    // Go writes what is not set as well, where its type has no way to say so.
    if (count === 'maybe' || !isEmpty(value)) object[name] = value
  }
}

function readMany(type: string, reader: BinaryReader, wireType: WireType): JsonValue[] {
  if (type !== 'int' || wireType !== WireType.LengthDelimited) return [readValue(type, reader)]
  const packed = new BinaryReader(reader.bytes())
  const values: JsonValue[] = []
  while (packed.pos < packed.len) values.push(readValue(type, packed))
  return values
}

function withEntry(map: JsonObject, type: string, entry: Uint8Array): JsonObject {
  const part: Message = new Map([[2, { name: 'value', type, count: 'maybe' }]])
  const { value = isTextual(type) ? '' : null } = decodeMessage(part, entry)
  // As JSON.parse does it: a key may be __proto__.
  const key = readPlainFields(entry).textAt(1)
  return Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true })
}

const isTextual = (type: string): boolean => type === 'string' || type === 'bytes'

function readValue(type: string, reader: BinaryReader): JsonValue {
  if (type === 'string') return reader.string(true)
  if (type === 'bool') return reader.bool()
  if (type === 'int') return Number(reader.int64())
  const bytes = reader.bytes()
  if (type === 'bytes') return Buffer.from(bytes).toString('base64')
  const special = specialValues[type]
  if (special) return special(bytes)
  const message = findMessage(type)
  if (!message) throw new Error(`expected a message that is known, got ${type}`)
  return decodeMessage(message, bytes)
}

const isEmpty = (value: JsonValue): boolean => !value || (isObject(value) && Object.keys(value).length === 0)
