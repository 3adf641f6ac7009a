import * as z from 'zod'
import { acr } from '../../../domain/providers/acr.ts'
import { InvalidInputError } from '../../../errors.ts'
import { PageLinks } from '../oci/page-links.ts'
import type { RegistryApi } from '../registry-api.ts'

/** What reading of a repository needs. */
export const metadataScope = (repository: string): string => `repository:${repository}:metadata_read`

const maxEntries = 1_000_000

/**
 * Every entry of one of the two lists that ACR has of a repository; undefined where it has no such repository.
 *
 * @throws InvalidInputError for pages that are none, have nothing new though others follow, or are of another repository
 */
export async function listAcrEntries(
  api: RegistryApi,
  repository: string,
  kind: 'manifests' | 'tags',
): Promise<readonly unknown[] | undefined> {
  const tail = `/acr/v1/${repository}/_${kind}`
  const links = new PageLinks(
    new URL(`${api.api.href.replace(/\/+$/, '')}${tail}?n=${acr.pageSize}`),
    [api.api.host],
    tail,
  )
  const entries = new Map<string, unknown>()
  for (let search: string | undefined = `?n=${acr.pageSize}`; search !== undefined; ) {
    const request = { path: `${tail}${search}`, repository, scope: metadataScope(repository) }
    const answer = await api.findJson(request)
    if (answer === undefined) return undefined
    const before = entries.size
    for (const entry of pageOf(answer.json, repository, kind, api.what(request)))
      entries.set(JSON.stringify(entry), entry)
    search = links.next(answer.headers)
    if (search !== undefined && (entries.size === before || entries.size > maxEntries))
      throw new InvalidInputError(`${api.what(request)}: expected new ${kind} on each page, and at most ${maxEntries}`)
  }
  return [...entries.values()]
}

function pageOf(json: unknown, repository: string, kind: 'manifests' | 'tags', what: string): readonly unknown[] {
  const page = z.object({ imageName: z.literal(repository), [kind]: z.array(z.unknown()).nullish() })
  const parsed = page.safeParse(json)
  if (!parsed.success) throw new InvalidInputError(`${what}: expected a page of ${kind} of ${repository}`)
  const entries = parsed.data[kind]
  return Array.isArray(entries) ? entries : []
}
