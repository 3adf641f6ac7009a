import { InvalidInputError } from '../../../errors.ts'

/** What a registry asks for in `WWW-Authenticate`. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service?: string }

const maxHeaderLength = 4_096

/**
 * The challenge to answer, Bearer before Basic; undefined when there is none that is understood.
 *
 * @throws InvalidInputError for a Bearer challenge without a realm
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.www-authenticate
 */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  const text = (header ?? '').slice(0, maxHeaderLength)
  const bearer = /(?:^|,)\s*bearer\s+(.*)$/i.exec(text)?.[1]
  if (bearer === undefined) return /(?:^|,)\s*basic(?:\s|,|$)/i.test(text) ? { scheme: 'basic' } : undefined
  const parameters = parametersOf(bearer)
  const realm = parameters.get('realm')
  const service = parameters.get('service')
  if (realm === undefined) throw new InvalidInputError('www-authenticate: expected a bearer challenge with a realm')
  return { scheme: 'bearer', realm, ...(service === undefined ? {} : { service }) }
}

/** True where a token was understood and does not reach so far, or no other is asked for: a fresh one would not help. */
export const isFinalForToken = (header: string | undefined): boolean =>
  header === undefined || parametersOf(header.slice(0, maxHeaderLength)).get('error') === 'insufficient_scope'

/** The first value of each parameter: a second challenge in the same header cannot replace those of the first. */
function parametersOf(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const [, name = '', inQuotes, bare] of text.matchAll(/([a-z_]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/gi)) {
    const key = name.toLowerCase()
    if (!found.has(key)) found.set(key, inQuotes ?? bare ?? '')
  }
  return found
}
