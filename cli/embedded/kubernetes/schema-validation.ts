import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { itemElement, schemaShape } from './field-shape.ts'
import { isObject, type JsonObject, type JsonValue } from './kubernetes-object.ts'
import { requiredValue, type StatusCause } from './status-error.ts'

export interface SchemaValidator {
  /** Fills the schema's defaults into the object, in place. */
  fillDefaults(object: JsonObject): void
  /** Names what the schema refuses, in the words of the real server. */
  validate(object: JsonObject, subresource: string): StatusCause[]
  /** Wrong types and repeated items alone, in the words of server-side apply. */
  typeErrors(object: JsonObject): string[]
}

// The real server lets a null stand for "absent" where the field has a default; ajv does so only for undefined.
const ajvOptions = { allErrors: true, strict: false, verbose: true, coerceTypes: false, logger: false } as const

const dateTime = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/

export function compileSchema(schema: JsonObject): SchemaValidator {
  const defaulting = lazily(() => newAjv(true).compile(schema))
  const checking = lazily(() => newAjv(false).compile(schema))
  return {
    fillDefaults: object => {
      defaulting()(object)
    },
    typeErrors: object => {
      const check = checking()
      check(object)
      const wrong = (check.errors ?? []).filter(error => error.keyword === 'type').map(typeErrorOf)
      return [...wrong, ...duplicateItems(schema, object, '').map(duplicateErrorOf)]
    },
    validate: (object, subresource) => {
      const check = checking()
      check(object)
      const causes = firstTextErrors(check.errors ?? []).flatMap(error => causeOf(error, subresource))
      const duplicates = duplicateItems(schema, object, '')
      return hidesRules(causes) ? [...causes, ...duplicates, rulesNotChecked] : [...causes, ...duplicates]
    },
  }
}

/** True where the list of causes ends the validation before any CEL rule runs. */
export function hidesRules(causes: StatusCause[]): boolean {
  return causes.some(cause => blocking.has(cause.reason))
}

const blocking = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

const rulesNotChecked: StatusCause = {
  reason: 'FieldValueInvalid',
  field: '<nil>',
  message:
    'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
}

function newAjv(useDefaults: boolean): Ajv {
  const formats = { 'date-time': dateTime, int32: true, int64: true, password: true } as const
  return new Ajv({ ...ajvOptions, useDefaults, formats })
}

// Compiling the three schemas costs a tenth of a second, which a start without any write need not pay.
function lazily(compile: () => ValidateFunction): () => ValidateFunction {
  let compiled: ValidateFunction | undefined
  return () => {
    compiled ??= compile()
    return compiled
  }
}

function fieldPath(pointer: string): string {
  const parts = pointer.split('/').slice(1)
  const names = parts.map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
  return names
    .map(name => (/^\d+$/.test(name) ? `[${name}]` : `.${name}`))
    .join('')
    .replace(/^\./, '')
}

const textKeywords = ['maxLength', 'minLength', 'pattern']

/** The real server names the first thing that is wrong with a text, and ajv all of them. */
function firstTextErrors(errors: ErrorObject[]): ErrorObject[] {
  const rankOf = (error: ErrorObject) => textKeywords.indexOf(error.keyword)
  return errors.filter(error => {
    const rivals = errors.filter(other => other.instancePath === error.instancePath && rankOf(other) !== -1)
    return rankOf(error) === -1 || rivals.every(other => rankOf(other) >= rankOf(error))
  })
}

function causeOf(error: ErrorObject, subresource: string): StatusCause[] {
  const field = fieldPath(error.instancePath)
  if (error.keyword === 'required') {
    return [requiredValue([field, String(error.params.missingProperty)].filter(Boolean).join('.'))]
  }
  // The real server validates a status write with the status as root, and its sentences start there.
  const place = subresource === 'status' ? field.replace(/^status\.?/, '') : field
  const cause = sentenceOf(error, `${place} in body`)
  return cause ? [{ field, reason: cause[0], message: cause[1] }] : []
}

function sentenceOf(error: ErrorObject, place: string): [reason: string, message: string] | undefined {
  const limit: unknown = error.params.limit
  const value = JSON.stringify(error.data)
  const invalid = (why: string, shown = value): [string, string] => [
    'FieldValueInvalid',
    `Invalid value: ${shown}: ${place} ${why}`,
  ]
  switch (error.keyword) {
    case 'type':
      return wrongType(error, place)
    case 'enum':
      return ['FieldValueNotSupported', `Unsupported value: ${value}: supported values: ${allowedValues(error)}`]
    case 'pattern':
      return invalid(`should match '${error.params.pattern}'`)
    case 'minLength':
      return invalid(`should be at least ${limit} chars long`)
    case 'maxLength':
      return ['FieldValueTooLong', `Too long: may not be more than ${limit} bytes`]
    case 'minimum':
      return invalid(`should be greater than or equal to ${limit}`)
    case 'maximum':
      return invalid(`should be less than or equal to ${limit}`)
    case 'minItems':
      return invalid(`should have at least ${limit} items`, String(lengthOf(error.data)))
    case 'maxItems':
      return ['FieldValueTooMany', `Too many: ${lengthOf(error.data)}: must have at most ${limit} items`]
    case 'format':
      return invalid(`must be of type ${error.params.format}: ${value}`)
    default:
      return undefined
  }
}

function wrongType(error: ErrorObject, place: string): [string, string] {
  const actual = JSON.stringify(typeName(error.data))
  return ['FieldValueTypeInvalid', `Invalid value: ${actual}: ${place} must be of type ${error.params.type}: ${actual}`]
}

const appliedTypeNames: Record<string, string> = {
  object: 'map',
  array: 'list',
  integer: 'numeric (int or float)',
  number: 'numeric (int or float)',
}

function typeErrorOf(error: ErrorObject): string {
  const expected = appliedTypeNames[error.params.type] ?? error.params.type
  return `.${fieldPath(error.instancePath)}: expected ${expected}, got &value.valueUnstructured{Value:${JSON.stringify(error.data)}}`
}

function duplicateErrorOf(cause: StatusCause): string {
  const value = cause.message.slice('Duplicate value: '.length)
  const list = cause.field.replace(/\[\d+\]$/, '')
  return `.${list}: duplicate entries for key [=${value}]`
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function allowedValues(error: ErrorObject): string {
  const values: unknown = error.params.allowedValues
  return Array.isArray(values) ? values.map(value => JSON.stringify(value)).join(', ') : ''
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0
}

function duplicateItems(schema: JsonObject, value: JsonValue | undefined, path: string): StatusCause[] {
  if (Array.isArray(value)) return duplicatesOf(schema, value, path)
  if (!isObject(value)) return []
  const properties = isObject(schema.properties) ? schema.properties : {}
  return Object.entries(properties).flatMap(([name, child]) =>
    isObject(child) ? duplicateItems(child, value[name], path ? `${path}.${name}` : name) : [],
  )
}

function duplicatesOf(schema: JsonObject, items: JsonValue[], path: string): StatusCause[] {
  const shape = schemaShape(schema)
  const itemSchema = isObject(schema.items) ? schema.items : {}
  const inner = items.flatMap((item, index) => duplicateItems(itemSchema, item, `${path}[${index}]`))
  if (!shape.listKeys) return inner
  const seen = new Set<string>()
  const repeated = items.flatMap((item, index) => {
    const element = itemElement(shape, item)
    if (!seen.has(element)) {
      seen.add(element)
      return []
    }
    const message = `Duplicate value: ${element.slice(2)}`
    return [{ reason: 'FieldValueDuplicate', field: `${path}[${index}]`, message }]
  })
  return [...repeated, ...inner]
}
