import { AccessDeniedError, InvalidInputError, UnavailableError } from '../../../errors.ts'
import type { HttpResponse } from '../../http/client.ts'
import { parseJson } from '../manifest.ts'
import { codesOf, unexpectedStatus } from '../oci/error-codes.ts'
import type { OciRequest, OciSession } from '../oci/oci-session.ts'

/** A hundred artifacts with all that their configs and annotations say. */
const maxAnswerBytes = 32 * 1024 * 1024

/** A JSON answer of Harbor's API, with the headers that came with it. */
export interface HarborAnswer {
  readonly json: unknown
  readonly headers: HttpResponse['headers']
}

/**
 * `path` goes on after `/api/v2.0`, with its query. A project may have a number for its name, which Harbor takes for the id of
 * another where it is not told.
 */
export const harborRequest = (method: 'GET' | 'DELETE', path: string, repository?: string): OciRequest => ({
  method,
  path: `/api/v2.0${path}`,
  headers: { accept: 'application/json', 'x-is-resource-name': 'true' },
  ...(repository !== undefined && { repository }),
})

/**
 * What Harbor's API has at a path after `/api/v2.0`, asked with the credential itself and never with a token; undefined
 * where Harbor says that there is none. `repository` names what it is about, for the pauses that Harbor asks for.
 *
 * @throws AccessDeniedError (401, 403); UnavailableError; InvalidInputError for every other answer, a 404 of a server that
 * does not have this API among them
 * @see https://github.com/goharbor/harbor/blob/main/api/v2.0/swagger.yaml
 */
export async function findHarborAnswer(
  session: OciSession,
  path: string,
  repository?: string,
): Promise<HarborAnswer | undefined> {
  const request = { ...harborRequest('GET', path, repository), maxBodyBytes: maxAnswerBytes }
  const response = await session.sendBasic(request)
  const what = session.what(request)
  if (isUnknownThere(response)) return undefined
  if (response.status !== 200) throw unexpectedStatus(what, "an answer of Harbor's API", response)
  return { json: parseJson(response.body, what), headers: response.headers }
}

/** The same of a thing that must be there. @throws InvalidInputError where it is not, and as {@link findHarborAnswer} */
export async function getHarborJson(session: OciSession, path: string): Promise<unknown> {
  const answer = await findHarborAnswer(session, path)
  if (answer === undefined) throw new InvalidInputError(`GET ${session.host}/api/v2.0${path}: expected it, got 404`)
  return answer.json
}

/** What informs and decides nothing: undefined where Harbor refuses it, does not answer, or says something else. */
export async function orUntold<T>(read: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if ([AccessDeniedError, InvalidInputError, UnavailableError].some(family => error instanceof family))
      return undefined
    throw error
  }
}

/** A 404 that Harbor's core gave, which knows the path and has nothing there. */
export const isUnknownThere = (response: HttpResponse): boolean =>
  response.status === 404 && codesOf(response).includes('NOT_FOUND')

/** Deletes what is at a path after `/api/v2.0`; how that went is read from the answer. */
export const sendHarborDeletion = (session: OciSession, path: string, repository: string): Promise<HttpResponse> =>
  session.sendBasic(harborRequest('DELETE', path, repository))

/** A repository as Harbor's paths name it. */
export interface HarborPlace {
  readonly project: string
  /** After `/api/v2.0`. */
  readonly path: string
}

/** Undefined for a path without a project, which no Harbor has. Harbor decodes the repository twice. */
export function harborPlaceOf(repository: string): HarborPlace | undefined {
  const [project = '', ...rest] = repository.split('/')
  if (rest.length === 0) return undefined
  const name = encodeURIComponent(encodeURIComponent(rest.join('/')))
  return { project, path: `/projects/${project}/repositories/${name}` }
}
