import { findJson } from '../../../domain/json.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { HttpResponse } from '../../http/client.ts'
import { webPageText } from '../manifest.ts'

/**
 * The codes of a registry's error body (`NAME_UNKNOWN`), at most three. Its messages are left alone: they are written by
 * the other side and may repeat what was sent.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
 */
export function codesOf(response: HttpResponse): string[] {
  const errors = errorsOf(response.body)
  return errors.flatMap(entry => (isCoded(entry) && /^[A-Z_]{1,40}$/.test(entry.code) ? [entry.code] : [])).slice(0, 3)
}

/** What a registry answered, for a reason that people read: `400 DIGEST_INVALID`. */
export const answerOf = (response: HttpResponse): string => [response.status, ...codesOf(response)].join(' ')

const isCoded = (entry: unknown): entry is { code: string } =>
  typeof entry === 'object' && entry !== null && 'code' in entry && typeof entry.code === 'string'

function errorsOf(body: Buffer): readonly unknown[] {
  const json = findJson(body.toString('utf8'))
  const errors = typeof json === 'object' && json !== null && 'errors' in json ? json.errors : []
  return Array.isArray(errors) ? errors : []
}

/** For a status that the protocol does not foresee here. */
export function unexpectedStatus(what: string, expected: string, response: HttpResponse): InvalidInputError {
  const page = isWebPage(response) ? ` with ${webPageText}` : ''
  return new InvalidInputError(`${what}: expected ${expected}, got ${answerOf(response)}${page}`)
}

const isWebPage = ({ headers }: HttpResponse): boolean => /^text\/html\b/i.test(headers['content-type'] ?? '')

/**
 * True for a 404 that a registry gave.
 *
 * @throws InvalidInputError for a web page: that is a proxy or another server on the way, which proves nothing gone
 */
export function isAbsent(response: HttpResponse, what: string): boolean {
  if (response.status !== 404) return false
  if (isWebPage(response))
    throw new InvalidInputError(`${what}: expected a registry's answer, got 404 with ${webPageText}`)
  return true
}

/**
 * The same of the answer to a delete, for which zot says 400 NAME_UNKNOWN once the last image of a repository is gone.
 * Whether it is true is seen by a look.
 */
export const isDeniedToDelete = (response: HttpResponse, what: string): boolean =>
  isAbsent(response, what) ||
  (response.status === 400 && codesOf(response).some(code => ['NAME_UNKNOWN', 'MANIFEST_UNKNOWN'].includes(code)))
