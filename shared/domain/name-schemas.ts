import * as z from 'zod'
import { isDigest } from './digest.ts'
import { isRegistryHost, normalHost } from './registry-host.ts'
import { isRepositoryPath, isTag } from './repository-name.ts'

/** Names as foreign payloads bring them: no `..`, no upper case in paths, no encoded bytes. */
export const repositoryPath = z
  .string()
  .refine(isRepositoryPath, 'expected a repository path such as myapp/myapp, without a host')
export const tagName = z.string().refine(isTag, 'expected a tag of at most 128 letters, digits, _, . and -')
export const digestText = z.string().refine(isDigest, 'expected sha256: and 64 hex digits')

/** A registry's host as people write it, in the spelling that all its names share. */
export const registryHost = z
  .string()
  .refine(text => isRegistryHost(text.toLowerCase()), 'expected a host name with an optional port')
  .transform(normalHost)
