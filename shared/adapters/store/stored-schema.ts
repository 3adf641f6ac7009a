import * as z from 'zod'

const storedDate = z.string().pipe(z.coerce.date())
const storedChoice = z.string()
const made = new WeakMap<z.ZodType, z.ZodType>()

/**
 * The same schema for what is stored: every date as its text, any text for an enumeration, unknown fields kept. One for each
 * schema, since records share most of their parts, and a process holds a kilobyte for each.
 */
export function storedSchemaOf(schema: z.ZodType): z.ZodType {
  const known = made.get(schema)
  if (known !== undefined) return known
  const stored = toStored(schema)
  made.set(schema, stored)
  return stored
}

function toStored(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodDate) return storedDate
  if (schema instanceof z.ZodEnum) return storedChoice
  if (schema instanceof z.ZodExactOptional) return storedSchemaOf(schema.unwrap() as z.ZodType).exactOptional()
  if (schema instanceof z.ZodReadonly) return storedSchemaOf(schema.unwrap() as z.ZodType)
  if (schema instanceof z.ZodArray) return z.array(storedSchemaOf(schema.element as z.ZodType))
  if (schema instanceof z.ZodObject)
    return z.looseObject(
      Object.fromEntries(
        Object.entries(schema.shape).map(([name, inner]) => [name, storedSchemaOf(inner as z.ZodType)]),
      ),
    )
  return schema
}
