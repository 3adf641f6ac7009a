import type { NativeAttributeValue } from '@aws-sdk/lib-dynamodb'
import { InvalidInputError } from '../../errors.ts'

type Item = Record<string, NativeAttributeValue>

/** A value with its type, as DynamoDB's JSON has it: `{ "S": "text" }`. */
export type Attribute = Readonly<Record<string, unknown>>

/**
 * The attributes of an item; those that are undefined are left out.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
 */
export function attributesOf(item: Item): Record<string, Attribute> {
  const attributes: Record<string, Attribute> = {}
  for (const [name, value] of Object.entries(item)) if (value !== undefined) attributes[name] = attributeOf(value)
  return attributes
}

function attributeOf(value: NativeAttributeValue): Attribute {
  switch (typeof value) {
    case 'string':
      return { S: value }
    case 'number':
      return { N: numberText(value) }
    case 'boolean':
      return { BOOL: value }
  }
  if (value === null) return { NULL: true }
  if (value instanceof Uint8Array)
    return { B: Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64') }
  if (Array.isArray(value)) return { L: value.filter(one => one !== undefined).map(attributeOf) }
  if (isPlain(value)) return { M: attributesOf(value) }
  throw new InvalidInputError(`expected a value that an item can hold, got ${typeof value}`)
}

function numberText(value: number): string {
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return String(value)
  throw new InvalidInputError(`expected a number that the table keeps as it is, got ${value}`)
}

const isPlain = (value: object): value is Item => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** What {@link attributesOf} makes attributes of. @throws InvalidInputError for those of a type that it does not make */
export function nativesOf(attributes: object): Item {
  const item: Item = {}
  for (const [name, attribute] of Object.entries(attributes)) item[name] = nativeOf(attribute)
  return item
}

function nativeOf(attribute: Attribute): NativeAttributeValue {
  for (const type in attribute) {
    const value = attribute[type]
    if (type === 'S' || type === 'BOOL') return value
    if (type === 'N') return Number(value)
    if (type === 'NULL') return null
    if (type === 'B' && typeof value === 'string') return new Uint8Array(Buffer.from(value, 'base64'))
    if (type === 'L' && Array.isArray(value)) return value.map(nativeOf)
    if (type === 'M' && typeof value === 'object' && value !== null) return nativesOf(value)
  }
  throw new InvalidInputError(`expected the value of an item, got one of type ${Object.keys(attribute).join()}`)
}
