/** Where in the console somebody is: a page, what it is about, and what narrows it. */
export interface Route {
  readonly page: string
  /** The rest of the path, decoded: an image, a repository, a policy. */
  readonly about: string
  readonly query: Readonly<Record<string, string>>
}

/** `#/image/HOST%2FPATH%3ATAG?…`; what is no such address is the overview. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = splitOnce(hash.replace(/^#\/?/, ''), '?')
  const [page = '', about = ''] = splitOnce(path, '/')
  return { page: page || 'overview', about: decoded(about), query: Object.fromEntries(new URLSearchParams(query)) }
}

/** The address of a page; what is empty is left out, so that an address says only what narrows. */
export function addressOf(page: string, about = '', query: Readonly<Record<string, string | undefined>> = {}): string {
  const asked = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value] as [string, string]] : []))
  const path = about === '' ? page : `${page}/${encodeURIComponent(about)}`
  return `#/${path}${asked.length === 0 ? '' : `?${new URLSearchParams(asked)}`}`
}

function splitOnce(text: string, at: string): [string, string] {
  const place = text.indexOf(at)
  return place < 0 ? [text, ''] : [text.slice(0, place), text.slice(place + 1)]
}

/** An address that was typed by hand may hold a lone percent sign. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export const repositoryAddress = (repository: string): string => addressOf('repository', repository)
export const imageAddress = (image: string): string => addressOf('image', image)
export const policyAddress = (policy: string): string => addressOf('policy', policy)
