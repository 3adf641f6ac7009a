import * as z from 'zod'
import { InvalidInputError } from '../errors.ts'
import { isDigest } from './digest.ts'
import { compilePathGlob } from './path-glob.ts'
import { isRegistryHost, normalHost } from './registry-host.ts'
import { isRepositoryPath, isTag } from './repository-name.ts'

/** Names as they come in foreign payloads: no `..`, no upper case in paths, no encoded bytes. */
export const repositoryPath = z
  .string()
  .refine(isRepositoryPath, 'expected a repository path such as myapp/myapp, without a host')

/** A pattern of repository paths: see {@link compilePathGlob}. */
export const pathGlob = z.string().superRefine((glob, context) => {
  try {
    compilePathGlob(glob)
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    context.addIssue(error.message)
  }
})

export const tagName = z.string().refine(isTag, 'expected a tag of at most 128 letters, digits, _, . and -')
export const digestText = z.string().refine(isDigest, 'expected sha256: and 64 hex digits')

/** A registry's host as people write it, in the spelling that all its names share. */
export const registryHost = z
  .string()
  .refine(text => isRegistryHost(text.toLowerCase()), 'expected a host name with an optional port')
  .transform(normalHost)
