import * as z from 'zod'

/** `stage 'Quarantine'` for the first unknown word of a value; undefined where it has none. */
type UnknownWord = (value: unknown) => string | undefined

/** Looks for words that the schema's enumerations do not have; undefined for a schema without any enumeration. */
export function unknownWordIn(schema: z.ZodType, name = ''): UnknownWord | undefined {
  if (schema instanceof z.ZodEnum) return wordOf(name, new Set(schema.options))
  if (schema instanceof z.ZodExactOptional || schema instanceof z.ZodReadonly)
    return unknownWordIn(schema.unwrap() as z.ZodType, name)
  if (schema instanceof z.ZodArray) return inElements(unknownWordIn(schema.element as z.ZodType, name))
  return schema instanceof z.ZodObject ? inFields(schema, name) : undefined
}

const wordOf =
  (name: string, words: ReadonlySet<unknown>): UnknownWord =>
  value =>
    value === undefined || words.has(value) ? undefined : `${name} '${value}'`

const inElements = (inner: UnknownWord | undefined): UnknownWord | undefined =>
  inner && (value => firstOf((value as readonly unknown[] | undefined) ?? [], inner))

function inFields(schema: z.ZodObject, name: string): UnknownWord | undefined {
  const fields = Object.entries(schema.shape).flatMap(([field, inner]) => {
    const find = unknownWordIn(inner as z.ZodType, name === '' ? field : `${name}.${field}`)
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
