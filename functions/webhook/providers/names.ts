import * as z from 'zod'
import { isDigest } from '../../../shared/domain/digest.ts'

/** A path inside a registry as the distribution specification spells it: no `..`, no upper case, no encoded bytes. */
export const repositoryPath = z
  .string()
  .max(255, 'expected at most 255 characters')
  .regex(/^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/, 'expected a repository path')
export const tagName = z.string().regex(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/, 'expected a tag')
export const digestText = z.string().refine(isDigest, 'expected sha256: and 64 hex digits')
