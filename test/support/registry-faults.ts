import type { Fault, FaultyAnswer, ProxiedRequest } from './registry-proxy.ts'

/** Requests for the tag list of a repository, every page of it. */
export const isTagList =
  (repository: string) =>
  ({ path }: ProxiedRequest): boolean =>
    path.startsWith(`/v2/${repository}/tags/list`)

/** Any request below a repository. */
export const isBelow =
  (repository: string) =>
  ({ path }: ProxiedRequest): boolean =>
    path.startsWith(`/v2/${repository}/`)

/** Requests with a method for a tag or digest. */
export const isManifest =
  (method: string, repository: string, reference?: string) =>
  (request: ProxiedRequest): boolean =>
    request.method === method && request.path.startsWith(`/v2/${repository}/manifests/${reference ?? ''}`)

/** The same answer for each request that matches. */
export const always =
  (matches: (request: ProxiedRequest) => boolean, answer: FaultyAnswer): Fault =>
  request =>
    matches(request) ? answer : undefined

/** Something that happens once, while the first matching request waits for it; the request then passes. */
export function meanwhile(matches: (request: ProxiedRequest) => boolean, happen: () => Promise<unknown>): Fault {
  let happened = false
  return async request => {
    if (happened || !matches(request)) return undefined
    happened = true
    await happen()
    return undefined
  }
}

/** A tag list that is cut down to some tags and calls itself whole. */
export const cutTo = (tags: readonly string[]): FaultyAnswer => ({
  kind: 'rewrite',
  rewrite: body => JSON.stringify({ ...JSON.parse(body), tags }),
})

/** Answers the list of a repository in pages of given tags, linked one to the next; `undefined` is a page that fails. */
export function pagesOf(repository: string, pages: readonly (readonly string[] | undefined)[]): Fault {
  const isList = isTagList(repository)
  return request => {
    if (!isList(request)) return undefined
    const page = Number(new URL(request.path, 'http://registry').searchParams.get('page') ?? 0)
    const tags = pages[page]
    if (!tags) return { kind: 'answer', status: 500 }
    const link = `</v2/${repository}/tags/list?n=1000&page=${page + 1}>; rel="next"`
    const headers = { 'content-type': 'application/json', ...(page + 1 < pages.length && { link }) }
    return { kind: 'answer', status: 200, headers, body: JSON.stringify({ name: repository, tags }) }
  }
}
