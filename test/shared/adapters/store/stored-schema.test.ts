import { expect, it } from 'vitest'
import * as z from 'zod'
import { storedSchemaOf } from '../../../../shared/adapters/store/stored-schema.ts'

it('makes one schema of a part that stands in many places', () => {
  const part = z.object({ at: z.date(), kinds: z.array(z.enum(['a', 'b'])) })
  const record = z.object({ first: part, second: part.exactOptional(), others: z.array(part) })

  const stored = storedSchemaOf(record)

  expect(stored).toBeInstanceOf(z.ZodObject)
  const { first, others } = (stored as z.ZodObject).shape
  expect(first).toBe(storedSchemaOf(part))
  expect((others as z.ZodArray).element).toBe(first)
  expect(storedSchemaOf(record)).toBe(stored)
})
