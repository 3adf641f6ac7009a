import { isDeepStrictEqual } from 'node:util'
import * as z from 'zod'
import { InvalidInputError } from '../../../errors.ts'
import { timeOf } from '../api-values.ts'
import type { RegistryApi } from '../registry-api.ts'
import { type GiteaPlace, packagePath } from './gitea-api.ts'

/** A tag or a digest of a package, as Gitea lists it. */
export interface PackageVersion {
  readonly id: number
  /** `v1` or `sha256:…`, always in lower case. */
  readonly version: string
  /** When it was put where it is: a push that moves it makes it anew. */
  readonly createdAt?: Date
}

const row = z.object({
  id: z.int(),
  type: z.string(),
  name: z.string(),
  version: z.string(),
  created_at: z.unknown(),
})
const rows = z.array(row)

/** Gitea gives at most as many as its administrators allow. */
const askedAtOnce = 1_000
const maxVersions = 1_000_000
const maxPasses = 3

/**
 * Every version of a package. Versions of Gitea that list no single package search for it. Undefined where it has no such
 * package, or shows it to others alone.
 *
 * @throws InvalidInputError for pages that do not add up to what Gitea says that there is
 */
export async function findVersions(
  api: RegistryApi,
  place: GiteaPlace,
  repository: string,
): Promise<readonly PackageVersion[] | undefined> {
  const limit = `limit=${askedAtOnce}`
  const own = await findPages(api, `${packagePath(place)}?${limit}`, repository)
  if (own !== undefined) return versionsOf(own, place)
  const search = new URLSearchParams({ type: 'container', q: place.name })
  const path = `/api/v1/packages/${encodeURIComponent(place.owner)}?${search}&${limit}`
  const found = await findPages(api, path, repository)
  const versions = found && versionsOf(found, place)
  return versions?.length ? versions : undefined
}

type Row = z.infer<typeof row>

interface Page {
  readonly rows: readonly Row[]
  readonly total: number
}

/**
 * The newest come first, so that whatever is pushed or moved shows on the first page, and what is deleted in the total:
 * where both are the same in the end, no version slipped from one page to another. Else all is read again.
 */
async function findPages(api: RegistryApi, path: string, repository: string): Promise<readonly Row[] | undefined> {
  for (let pass = 0; pass < maxPasses; pass++) {
    const first = await findPage(api, `${path}&page=1`, repository)
    if (first === undefined || first.rows.length === first.total) return first?.rows
    const rows = [...first.rows]
    const pages = Math.ceil(first.total / Math.max(1, first.rows.length))
    for (let page = 2; page <= pages; page++)
      rows.push(...((await findPage(api, `${path}&page=${page}`, repository))?.rows ?? []))
    const isWhole = new Set(rows.map(one => one.id)).size === first.total
    if (isWhole && isDeepStrictEqual(await findPage(api, `${path}&page=1`, repository), first)) return rows
  }
  throw new InvalidInputError(`${api.what({ path })}: expected pages that add up, got others at each reading`)
}

async function findPage(api: RegistryApi, path: string, repository: string): Promise<Page | undefined> {
  const answer = await api.findJson({ path, repository })
  if (answer === undefined) return undefined
  const parsed = rows.safeParse(answer.json)
  if (!parsed.success) throw new InvalidInputError(`${api.what({ path })}: expected a list of packages of Gitea`)
  return { rows: parsed.data, total: totalOf(answer.headers['x-total-count'], api.what({ path })) }
}

function totalOf(header: string | string[] | undefined, what: string): number {
  const total = /^\d{1,9}$/.test(String(header)) ? Number(header) : Number.NaN
  if (total <= maxVersions) return total
  throw new InvalidInputError(`${what}: expected X-Total-Count of at most ${maxVersions}, got ${String(header)}`)
}

/** A search finds other packages as well. */
const versionsOf = (all: readonly Row[], { name }: GiteaPlace): PackageVersion[] =>
  all
    .filter(one => one.type === 'container' && one.name === name)
    .map(({ id, version, created_at }) => ({ id, version, ...createdAtOf(created_at) }))

function createdAtOf(text: unknown): { createdAt?: Date } {
  const createdAt = timeOf(text)
  return createdAt ? { createdAt } : {}
}
