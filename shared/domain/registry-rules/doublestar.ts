import { RE2JS, RE2JSException } from 're2js'
import { InvalidInputError } from '../../errors.ts'
import { quotedWithin } from '../repository-name.ts'

const maxShown = 60

/**
 * Compiles a pattern of Go's doublestar, as Harbor reads it for tags and repositories: `*` and `?` within a segment, `**`
 * as a whole segment for any number of them, `{a,b}`, `[a-z]`, and a backslash before what stands for itself. An empty
 * pattern stands for everything, as in Harbor. Looks take time linear in the text.
 *
 * @throws InvalidInputError for a pattern that is none
 * @see https://github.com/bmatcuk/doublestar/tree/v1
 */
export function compileDoublestar(pattern: string): (text: string) => boolean {
  if (pattern === '') return () => true
  const refuse = (cause?: unknown) =>
    new InvalidInputError(`expected a pattern such as v1.* or {a,b}, got ${quotedWithin(pattern, maxShown)}`, { cause })
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(`^(?:${expressionOf(pattern, refuse)})$`, RE2JS.DOTALL)
  } catch (error) {
    if (error instanceof RE2JSException) throw refuse(error)
    throw error
  }
  return text => compiled.matcher(text).matches()
}

const tokens = /\\(.)|(?<=^|\/)(\*\*(?:\/|$))|\*+|\[[!^]?(?:\\.|[^\]\\])+\]|[?{},]|./gsu

function expressionOf(pattern: string, refuse: () => Error): string {
  let depth = 0
  const parts: string[] = []
  for (const [token, escaped, segments] of pattern.matchAll(tokens)) {
    if (token === '{') depth += 1
    if (token === '}') depth -= 1
    if (depth < 0 || token === '\\' || token === '[') throw refuse()
    if (segments === undefined) parts.push(partOf(token, escaped, depth > 0))
    else parts.push(segments.endsWith('/') ? '(?:[^/]+/)*' : '.*')
  }
  if (depth > 0) throw refuse()
  return parts.join('')
}

function partOf(token: string, escaped: string | undefined, isInBraces: boolean): string {
  if (escaped !== undefined) return RE2JS.quote(escaped)
  if (token.startsWith('*')) return '[^/]*'
  if (token === '?') return '[^/]'
  if (token === '{') return '(?:'
  if (token === '}') return ')'
  if (token === ',' && isInBraces) return '|'
  if (token.length > 1 && token.startsWith('[')) return token.replace(/^\[!/, '[^')
  return RE2JS.quote(token)
}
