import * as z from 'zod'

/** `stage 'Quarantine'` for the first value that no enumeration has; undefined where there is none. */
type UnknownValue = (value: unknown) => string | undefined

/** Looks for values that the schema's enumerations do not have; undefined for a schema without any enumeration. */
export function unknownValueIn(schema: z.ZodType, name = ''): UnknownValue | undefined {
  if (schema instanceof z.ZodEnum) return unlessKnown(name, new Set(schema.options))
  if (schema instanceof z.ZodExactOptional || schema instanceof z.ZodReadonly)
    return unknownValueIn(schema.unwrap() as z.ZodType, name)
  if (schema instanceof z.ZodArray) return inElements(unknownValueIn(schema.element as z.ZodType, name))
  return schema instanceof z.ZodObject ? inFields(schema, name) : undefined
}

const unlessKnown =
  (name: string, known: ReadonlySet<unknown>): UnknownValue =>
  value =>
    value === undefined || known.has(value) ? undefined : `${name} '${value}'`

const inElements = (inner: UnknownValue | undefined): UnknownValue | undefined =>
  inner && (value => firstOf((value as readonly unknown[] | undefined) ?? [], inner))

function inFields(schema: z.ZodObject, name: string): UnknownValue | undefined {
  const fields = Object.entries(schema.shape).flatMap(([field, inner]) => {
    const find = unknownValueIn(inner as z.ZodType, name === '' ? field : `${name}.${field}`)
    return find ? [[field, find] as const] : []
  })
  if (fields.length === 0) return undefined
  return value => firstOf(fields, ([field, find]) => find((value as Record<string, unknown> | undefined)?.[field]))
}

function firstOf<T>(all: readonly T[], find: (one: T) => string | undefined): string | undefined {
  for (const one of all) {
    const found = find(one)
    if (found !== undefined) return found
  }
  return undefined
}
