import * as z from 'zod'
import { google } from '../../../domain/providers/google.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { RegistryApi } from '../registry-api.ts'

const maxPages = 10_000
/** Of tags one page may have ten times as many. */
const tagsOfPage = 10_000

/** What is empty is left out. */
const entries = z.array(z.unknown()).optional()
const kinds = { repositories: entries, packages: entries, versions: entries, tags: entries }
const page = z.object({ ...kinds, nextPageToken: z.string().optional() })

type Kind = keyof typeof kinds

interface Wanted {
  /** What it is of, as the API names it. */
  readonly place: string
  readonly kind: Kind
  /** Whose limits it counts for. */
  readonly repository?: string
}

/** Every entry of a list; undefined where there is no such place. @throws InvalidInputError for a page that is none, or no end */
export async function findAll(api: RegistryApi, { place, kind, repository }: Wanted): Promise<unknown[] | undefined> {
  const size = kind === 'tags' ? tagsOfPage : google.pageSize
  const path = `/v1/${place}/${kind}?pageSize=${size}`
  const all: unknown[] = []
  const seen = new Set<string>()
  for (let token = ''; ; ) {
    const query = token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`
    const answer = await api.findJson({ path: `${path}${query}`, ...(repository !== undefined && { repository }) })
    if (!answer) return undefined
    const parsed = page.safeParse(answer.json)
    if (!parsed.success) throw new InvalidInputError(`${api.what({ path })}: expected ${kind}, got another JSON`)
    const { [kind]: entries = [], nextPageToken } = parsed.data
    all.push(...entries)
    if (!nextPageToken) return all
    if (seen.has(nextPageToken) || seen.size >= maxPages)
      throw new InvalidInputError(`${api.what({ path })}: expected a list that ends, got a page token again`)
    seen.add(nextPageToken)
    token = nextPageToken
  }
}
