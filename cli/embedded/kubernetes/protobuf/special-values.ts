import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import type { JsonValue } from '../kubernetes-object.ts'

/** The fields of a message that each stand once, by their numbers. */
export interface PlainFields {
  numberAt(field: number): number
  bytesAt(field: number): Uint8Array
  textAt(field: number): string
}

export function readPlainFields(message: Uint8Array): PlainFields {
  const numbers = new Map<number, number>()
  const parts = new Map<number, Uint8Array>()
  const reader = new BinaryReader(message)
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (wireType === WireType.Varint) numbers.set(field, Number(reader.int64()))
    else if (wireType === WireType.LengthDelimited) parts.set(field, reader.bytes())
    else reader.skip(wireType, field)
  }
  const bytesAt = (field: number): Uint8Array => parts.get(field) ?? new Uint8Array()
  const textAt = (field: number): string => new TextDecoder('utf-8', { fatal: true }).decode(bytesAt(field))
  return { numberAt: field => numbers.get(field) ?? 0, bytesAt, textAt }
}

/** Messages that are something else in JSON: a text, a number, an object whose JSON they carry. */
export const specialValues: Readonly<Record<string, (message: Uint8Array) => JsonValue>> = {
  Quantity: message => readPlainFields(message).textAt(1),
  IntOrString: message => {
    const { numberAt, textAt } = readPlainFields(message)
    return numberAt(1) === 0 ? numberAt(2) : textAt(3)
  },
  Time: message => timeOf(message, date => `${date.toISOString().slice(0, 19)}Z`),
  MicroTime: message =>
    timeOf(message, (date, nanoseconds) => {
      const microseconds = String(Math.trunc(nanoseconds / 1000)).padStart(6, '0')
      return `${date.toISOString().slice(0, 19)}.${microseconds}Z`
    }),
  RawExtension: carriedJson,
  FieldsV1: carriedJson,
}

/** Go writes the empty time as an empty message, which is null in JSON. */
function timeOf(message: Uint8Array, write: (date: Date, nanoseconds: number) => string): JsonValue {
  if (message.length === 0) return null
  const { numberAt } = readPlainFields(message)
  return write(new Date(numberAt(1) * 1000), numberAt(2))
}

function carriedJson(message: Uint8Array): JsonValue {
  const text = readPlainFields(message).textAt(1)
  return text ? JSON.parse(text) : null
}
