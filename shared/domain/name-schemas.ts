import * as z from 'zod'
import { isDigest } from './digest.ts'
import { isRepositoryPath, isTag } from './repository-name.ts'

/** Names as foreign payloads bring them: no `..`, no upper case in paths, no encoded bytes. */
export const repositoryPath = z.string().refine(isRepositoryPath, 'expected a repository path')
export const tagName = z.string().refine(isTag, 'expected a tag')
export const digestText = z.string().refine(isDigest, 'expected sha256: and 64 hex digits')
