import * as z from 'zod'
import { providers } from '../../../domain/providers/providers.ts'
import { InvalidInputError, NotFoundError } from '../../../errors.ts'
import type { HttpResponse } from '../../http/client.ts'
import { parseJson } from '../manifest.ts'
import { unexpectedStatus } from './error-codes.ts'
import type { OciRequest, OciSession } from './oci-session.ts'
import { PageLinks } from './page-links.ts'

const { pageSize } = providers.oci
const path = '/v2/_catalog'
const catalog = z.object({ repositories: z.array(z.unknown()).nullable() })
const maxPageBytes = 32 * 1024 * 1024

/**
 * The catalog, as far as the registry shows it to this credential. It is of no specification: many registries have none, or
 * show it to administrators alone.
 *
 * @throws NotFoundError where there is no catalog; AccessDeniedError; InvalidInputError for what is none
 * @see https://distribution.github.io/distribution/spec/api/#catalog
 */
export async function* listRepositories(session: OciSession): AsyncGenerator<string> {
  const first = new URL(`${session.endpoint.origin}${session.basePath}${path}?n=${pageSize}`)
  const links = new PageLinks(first, [session.endpoint.host, session.host], '/_catalog')
  for (let search: string | undefined = first.search; search !== undefined; ) {
    const request: OciRequest = {
      method: 'GET',
      path: `${path}${search}`,
      scope: 'registry:catalog:*',
      maxBodyBytes: maxPageBytes,
    }
    const response = await session.send(request)
    yield* namesOf(response, session.what(request))
    search = links.next(response.headers, response.url)
  }
}

function namesOf(response: HttpResponse, what: string): string[] {
  if (response.status === 404 || response.status === 405)
    throw new NotFoundError(
      `${what}: expected a catalog, got ${response.status}: the registry lists its repositories to nobody`,
    )
  if (response.status !== 200) throw unexpectedStatus(what, 'a catalog', response)
  const parsed = catalog.safeParse(parseJson(response.body, what))
  if (!parsed.success)
    throw new InvalidInputError(`${what}: expected {"repositories": [...]}, got another shape of JSON`)
  return (parsed.data.repositories ?? []).filter(name => typeof name === 'string')
}
