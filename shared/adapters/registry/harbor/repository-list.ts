import * as z from 'zod'
import { harbor } from '../../../domain/providers/harbor.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { OciSession } from '../oci/oci-session.ts'
import { getHarborJson } from './harbor-api.ts'

const { pageSize } = harbor
const page = z.array(z.object({ name: z.string() }))
const maxPages = 10_000

/**
 * The repositories of the projects that this credential may read: Harbor's catalog is for administrators alone. By id, so that
 * one that is made meanwhile comes last.
 *
 * @see https://github.com/goharbor/harbor/blob/main/api/v2.0/swagger.yaml
 */
export async function* listHarborRepositories(session: OciSession): AsyncGenerator<string> {
  for (let at = 1; at <= maxPages; at++) {
    const path = `/repositories?page_size=${pageSize}&sort=id&page=${at}`
    const parsed = page.safeParse(await getHarborJson(session, path))
    if (!parsed.success)
      throw new InvalidInputError(`GET ${session.host}/api/v2.0/repositories: expected a list of repositories`)
    yield* parsed.data.map(({ name }) => name)
    if (parsed.data.length < pageSize) return
  }
  throw new InvalidInputError(`${session.host}: expected a list of repositories that ends`)
}
