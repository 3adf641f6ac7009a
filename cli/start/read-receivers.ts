import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import * as z from 'zod'
import { issueTexts } from '../../shared/domain/issue-text.ts'
import { receivers } from '../../shared/domain/notifications/receiver.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import type { LocalReceiver } from '../embedded/local-settings.ts'
import { readJson } from './read-json.ts'

const listed = z.array(z.looseObject({ name: z.string(), urlFile: z.string().min(1) }))

/**
 * The file with a JSON list of receivers as the settings have them, with `urlFile` for `secret`: a file that holds the URL
 * of the webhook, beside the list unless its path is absolute.
 * @throws InvalidInputError that names the file, and every place in it with a mistake
 */
export function readReceivers(file: string): LocalReceiver[] {
  const given = readJson('--notifications', 'a list of receivers as JSON', file)
  const files = listed.safeParse(given)
  if (!files.success) throw invalid(file, given, files.error)
  const settings = files.data.map(({ urlFile: _, ...rest }) => ({ ...rest, secret: `shelflife/notify/${rest.name}` }))
  const parsed = receivers.safeParse(settings)
  if (!parsed.success) throw invalid(file, settings, parsed.error)
  return parsed.data.flatMap((receiver, at) =>
    receiver.kind === 'email' ? [] : [{ receiver, url: readUrl(file, files.data[at]?.urlFile ?? '') }],
  )
}

function readUrl(list: string, urlFile: string): string {
  const path = resolve(dirname(list), urlFile)
  const text = existsSync(path) ? readFileSync(path, 'utf8').trim() : ''
  if (URL.parse(text)?.protocol === 'https:') return text
  throw new InvalidInputError(
    `--notifications: expected the https URL of a webhook in ${path}, found ${text === '' ? 'nothing' : 'something else'}`,
  )
}

const invalid = (file: string, given: unknown, error: z.ZodError): InvalidInputError =>
  new InvalidInputError(
    issueTexts(error, given, file, { root: file })
      .map(complaint => `--notifications: ${complaint}`)
      .join('\n'),
    { cause: error },
  )
