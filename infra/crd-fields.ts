import { parse } from 'yaml'
import * as z from 'zod'

/** What a definition says of one field. Strict: a word that is not here would be a limit that the reference hides. */
export interface FieldSchema {
  readonly description?: string
  readonly type: string
  readonly format?: string
  readonly default?: unknown
  readonly enum?: readonly string[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, FieldSchema>>
  readonly items?: FieldSchema
  readonly additionalProperties?: FieldSchema
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message: string }[]
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-map-type'?: string
}

/** A kind as its definition describes it. */
export interface Kind {
  readonly kind: string
  readonly plural: string
  readonly shortNames: readonly string[]
  /** What `--field-selector` takes: `spec.tag`. */
  readonly selectable: readonly string[]
  readonly schema: FieldSchema
}

export interface Field {
  /** From the object down, `[]` behind a list: `spec.rules[].tags`. */
  readonly path: string
  readonly isRequired: boolean
  readonly schema: FieldSchema
}

const strings = z.array(z.string())
const count = z.number().exactOptional()

const fieldSchema: z.ZodType<FieldSchema> = z.lazy(() =>
  z.strictObject({
    description: z.string().exactOptional(),
    type: z.string(),
    format: z.string().exactOptional(),
    default: z.unknown().exactOptional(),
    enum: strings.exactOptional(),
    pattern: z.string().exactOptional(),
    minimum: count,
    maximum: count,
    minLength: count,
    maxLength: count,
    minItems: count,
    maxItems: count,
    required: strings.exactOptional(),
    properties: z.record(z.string(), fieldSchema).exactOptional(),
    items: fieldSchema.exactOptional(),
    additionalProperties: fieldSchema.exactOptional(),
    'x-kubernetes-validations': z.array(z.strictObject({ rule: z.string(), message: z.string() })).exactOptional(),
    'x-kubernetes-list-type': z.string().exactOptional(),
    'x-kubernetes-list-map-keys': strings.exactOptional(),
    'x-kubernetes-map-type': z.string().exactOptional(),
  }),
)

const definition = z.object({
  spec: z.object({
    names: z.object({ kind: z.string(), plural: z.string(), shortNames: strings }),
    versions: z.tuple([
      z.object({
        selectableFields: z.array(z.object({ jsonPath: z.string() })).default([]),
        schema: z.object({ openAPIV3Schema: fieldSchema }),
      }),
    ]),
  }),
})

/** The kind that the text of a CustomResourceDefinition describes; throws a ZodError where it says what is not known here. */
export function parseKind(text: string): Kind {
  const { names, versions } = definition.parse(parse(text)).spec
  const [{ selectableFields, schema }] = versions
  const selectable = selectableFields.map(({ jsonPath }) => jsonPath.slice(1))
  return { ...names, selectable, schema: schema.openAPIV3Schema }
}

/** Every field of a kind in the order of its definition, without `metadata`, of which the API server has its own words. */
export function fieldsOf({ schema }: Kind): Field[] {
  const { metadata, ...properties } = schema.properties ?? {}
  return fieldsBelow({ ...schema, properties }, '')
}

function fieldsBelow({ properties = {}, required = [], items }: FieldSchema, path: string): Field[] {
  const own = Object.entries(properties).flatMap(([name, schema]) => {
    const field = { path: path === '' ? name : `${path}.${name}`, isRequired: required.includes(name), schema }
    return [field, ...fieldsBelow(schema, field.path)]
  })
  return items ? [...own, ...fieldsBelow(items, `${path}[]`)] : own
}
