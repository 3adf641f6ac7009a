import * as z from 'zod'
import { findJson } from '../../domain/json.ts'
import type { ImageConfig } from '../../ports/registry.ts'

const rfc3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

const shortName = z
  .string()
  .regex(/^[\w.-]{1,64}$/)
  .optional()
  .catch(undefined)

const configSchema = z.object({
  created: z.string().regex(rfc3339).optional().catch(undefined),
  os: shortName,
  architecture: shortName,
  variant: shortName,
})

/** What the config says, field by field: one that is malformed is left out. Undefined when this is no JSON object. */
export function parseImageConfig(bytes: Uint8Array): ImageConfig | undefined {
  const parsed = configSchema.safeParse(findJson(Buffer.from(bytes).toString('utf8')))
  if (!parsed.success) return undefined
  const { created, os, architecture, variant } = parsed.data
  const createdAt = created === undefined ? undefined : new Date(created)
  return {
    ...(createdAt !== undefined && !Number.isNaN(createdAt.getTime()) ? { createdAt } : {}),
    ...(os === undefined ? {} : { os }),
    ...(architecture === undefined ? {} : { architecture }),
    ...(variant === undefined ? {} : { variant }),
  }
}
