import { createHash } from 'node:crypto'
import type { FaultyLoopback } from './faulty-loopback.ts'
import { isTagList } from './registry-faults.ts'
import type { FaultyAnswer } from './registry-proxy.ts'

/** What a registry has that takes anything, or answers where others would not. */
export interface OddEntry {
  readonly contentType?: string
  readonly body?: string
  /** The digest that it is kept under; default that of its body. */
  readonly digest?: string
  /** Default 200. */
  readonly status?: number
  readonly method?: 'HEAD'
}

export const sha = (algorithm: 'sha256' | 'sha512', body: string): string =>
  `${algorithm}:${createHash(algorithm).update(body).digest('hex')}`

/**
 * Puts odd entries beside the good images of a repository, in a way in which only a registry can that looks at nothing
 * it is given: tags and digests of them are served, listed, and told apart from what the registry itself has.
 */
export function startOddShelf({ proxy }: FaultyLoopback, path: string) {
  const tags = new Map<string, OddEntry>()
  const held: OddEntry[] = []
  const deleted: string[] = []
  const names: string[] = []
  const isList = isTagList(path)
  const answer = (method: string, { contentType, body = '', digest, status = 200 }: OddEntry): FaultyAnswer => {
    const headers = {
      ...(contentType !== undefined && { 'content-type': contentType }),
      ...(status === 200 && { 'docker-content-digest': digest ?? sha('sha256', body) }),
    }
    return { kind: 'answer', status, headers, ...(method !== 'HEAD' && { body }) }
  }
  const stop = proxy.inject(request => {
    if (isList(request) && request.method === 'GET')
      return {
        kind: 'rewrite',
        rewrite: body => {
          const list = JSON.parse(body)
          return JSON.stringify({ ...list, tags: [...list.tags, ...tags.keys(), ...names] })
        },
      }
    const reference = decodeURIComponent(request.path.split('/manifests/')[1] ?? '')
    if (!request.path.startsWith(`/v2/${path}/manifests/`)) return undefined
    const entry =
      tags.get(reference) ??
      [...tags.values(), ...held].find(one => (one.digest ?? sha('sha256', one.body ?? '')) === reference)
    if (entry === undefined) return undefined
    if (request.method !== 'DELETE') return answer(request.method, entry)
    deleted.push(reference)
    return { kind: 'answer', status: 202 }
  })
  return {
    put: (tag: string, entry: OddEntry) => void tags.set(tag, entry),
    /** Under no tag. */
    hold: (entry: OddEntry) => void held.push(entry),
    take: (tag: string) => void tags.delete(tag),
    /** Names that the list has beside the tags. */
    names,
    /** What somebody asked to delete of it. */
    deleted,
    stop,
  }
}
