import type { IncomingHttpHeaders } from 'node:http'
import { quoted } from '../../../domain/repository-name.ts'
import { InvalidInputError } from '../../../errors.ts'

const maxPages = 20_000

/**
 * Follows `Link: <...>; rel="next"` through the pages of one list. A link is what the other side says: only its query is
 * taken, and only when it names the same list on the same host, or on the one that the page was redirected to.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags
 */
export class PageLinks {
  readonly #page: URL
  readonly #hosts: readonly string[]
  readonly #tail: string
  readonly #seen = new Set<string>()

  /** `page` is the first page; `hosts` are the spellings of the registry; `tail` is how the path of each page ends. */
  constructor(page: URL, hosts: readonly string[], tail: string) {
    this.#page = page
    this.#hosts = hosts
    this.#tail = tail
    this.#seen.add(page.search)
  }

  /**
   * The query of the page that follows one which came from `from`; undefined on the last one.
   *
   * @throws InvalidInputError for a link to another host or list, to a page that was read before, or without end
   */
  next(headers: IncomingHttpHeaders, from: URL = this.#page): string | undefined {
    const target = targetOf(headers.link)
    if (target === undefined) return undefined
    const url = this.#resolve(target, from)
    if (this.#seen.has(url.search)) throw this.#refusal('a link to a page not yet read', `${quoted(url.search)} again`)
    this.#seen.add(url.search)
    if (this.#seen.size > maxPages) throw this.#refusal(`at most ${maxPages} pages`, 'one more')
    return url.search
  }

  #resolve(target: string, from: URL): URL {
    if (!URL.canParse(target, from.href)) throw this.#refusal('a link to the next page', quoted(target))
    const url = new URL(target, from)
    if (url.host === from.host && url.pathname === from.pathname) return url
    if (!this.#hosts.includes(url.host)) throw this.#refusal('a link to the same host', quoted(url.host))
    if (!decodedPath(url).endsWith(this.#tail)) throw this.#refusal('a link to the same list', quoted(url.pathname))
    return url
  }

  #refusal(expected: string, got: string): InvalidInputError {
    return new InvalidInputError(`GET ${this.#page.host}${this.#page.pathname}: expected ${expected}, got ${got}`)
  }
}

/** The target of the first link whose relation is `next`. */
function targetOf(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header.join(', ') : (header ?? '')
  const links = text.matchAll(/<([^<>]*)>([^<]*)/g)
  for (const [, target = '', parameters = ''] of links)
    if (/;\s*rel\s*=\s*"?next"?(?:\s|[;,]|$)/i.test(parameters)) return target
  return undefined
}

function decodedPath(url: URL): string {
  try {
    return decodeURIComponent(url.pathname)
  } catch {
    return ''
  }
}
