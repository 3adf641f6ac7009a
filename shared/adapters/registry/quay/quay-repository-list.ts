import * as z from 'zod'
import { InvalidInputError } from '../../../errors.ts'
import type { RegistryApi } from '../registry-api.ts'
import { tokenPages } from '../token-pages.ts'

const page = z
  .object({
    repositories: z.array(z.unknown()),
    next_page: z.string().nullish(),
  })
  .transform(({ repositories, next_page }) => ({ repositories, nextToken: next_page ?? undefined }))
const repository = z.object({ namespace: z.string(), name: z.string() })

/**
 * The paths of a namespace; Quay lists no others at once.
 *
 * @throws InvalidInputError for pages that are none, and for a list that does not end
 * @see https://github.com/quay/quay/blob/master/endpoints/api/repository.py
 */
export async function* listQuayRepositories(api: RegistryApi, namespace: string): AsyncGenerator<string> {
  const pages = tokenPages(api.host, async token => {
    const next = token === undefined ? '' : `&next_page=${encodeURIComponent(token)}`
    const path = `/repository?namespace=${encodeURIComponent(namespace)}&public=true${next}`
    const parsed = page.safeParse((await api.findJson({ path }))?.json)
    if (parsed.success) return parsed.data
    throw new InvalidInputError(`${api.what({ path })}: expected a page of repositories, got another JSON`)
  })
  for await (const { repositories } of pages)
    for (const entry of repositories) {
      const { data } = repository.safeParse(entry)
      if (data) yield `${data.namespace}/${data.name}`
    }
}
