import { existsSync } from 'node:fs'
import { type Grants, grants } from '../../shared/domain/grants/grant.ts'
import { issueTexts } from '../../shared/domain/issue-text.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { readJson } from './read-json.ts'

/**
 * The word `everyone`, or the file with a JSON list of grants; a file of that name is `./everyone`.
 * @throws InvalidInputError that names the file, and every place in it with a mistake
 */
export function readGrants(value: string): Grants {
  if (value === 'everyone') return value
  if (!existsSync(value))
    throw new InvalidInputError(`--grants: expected a file, or the word everyone, found no file at ${value}`)
  const given = readJson('--grants', 'a list of grants as JSON', value)
  const parsed = grants.safeParse(given)
  if (parsed.success) return parsed.data
  const complaints = issueTexts(parsed.error, given, value, { root: value })
  throw new InvalidInputError(complaints.map(complaint => `--grants: ${complaint}`).join('\n'), { cause: parsed.error })
}
