import type { HttpResponse } from '../../http/client.ts'
import { forbidden } from './authenticator.ts'
import { deletionText, probeDelete } from './delete-requests.ts'
import { answerOf, codesOf } from './error-codes.ts'
import type { OciSession } from './oci-session.ts'

/** The reason people read when a registry is run without deletes. */
export const deletesNotAllowed = 'registry does not allow deletes'

/** What was to be deleted, and what the registry answered that neither accepts it nor says that it is not there. */
export interface RefusedDelete {
  readonly repository: string
  readonly reference: string
  readonly response: HttpResponse
}

/** Codes by which a registry forbids something, so that it does not lack it. ACR: what is locked. */
const forbidding = new Set(['DENIED', 'UNAUTHORIZED', 'REGISTRY_DISALLOWED_OPERATION'])

const isForbidding = (response: HttpResponse): boolean =>
  isDenial(response) || codesOf(response).some(code => forbidding.has(code))

const isDenial = ({ status }: HttpResponse): boolean => status === 401 || status === 403

/** Also an answer by which some registries refuse a single tag or digest. */
const mayLackTheWay = (response: HttpResponse): boolean =>
  [400, 405].includes(response.status) || codesOf(response).includes('UNSUPPORTED')

/** `all`: it refuses the delete of what cannot exist in the same words. */
type Reach = 'one' | 'all' | 'unknown'

/** 409, 412, 423 are of this one by what they mean, and cost no probe. */
async function reachOf(
  session: OciSession,
  { repository, response }: RefusedDelete,
  kind: 'tag' | 'digest',
): Promise<Reach> {
  const probe = await probeDelete(session, repository, kind)
  if (probe === undefined) return 'unknown'
  return probe.text === answerOf(response) ? 'all' : 'one'
}

/**
 * Why one tag stays; `unsupported` where the registry deletes no tag by its name, whichever.
 *
 * @throws AccessDeniedError where these credentials may delete none here
 */
export async function tagRefusalOf(session: OciSession, refused: RefusedDelete): Promise<'unsupported' | string> {
  const { response } = refused
  if (!isDenial(response) && !mayLackTheWay(response)) return reasonOf(response, 'tag')
  const reach = await reachOf(session, refused, 'tag')
  if (reach !== 'all') return reach === 'one' ? probedReasonOf(response, 'tag') : unknownReasonOf(response, 'tag')
  if (isDenial(response)) throw denied(session, refused)
  return isForbidding(response) ? lockedForAll(response, 'tag') : 'unsupported'
}

/**
 * Why one digest stays.
 *
 * @throws AccessDeniedError where these credentials may delete none here
 */
export async function digestRefusalOf(session: OciSession, refused: RefusedDelete): Promise<string> {
  const { response } = refused
  if (isInIndex(response))
    return `an index refers to it, and it goes after that: registry answered ${answerOf(response)}`
  if (!isDenial(response) && !mayLackTheWay(response)) return reasonOf(response, 'digest')
  const reach = await reachOf(session, refused, 'digest')
  if (reach !== 'all') return reach === 'one' ? probedReasonOf(response, 'digest') : unknownReasonOf(response, 'digest')
  if (isDenial(response)) throw denied(session, refused)
  return isForbidding(response) ? lockedForAll(response, 'digest') : deletesNotAllowed
}

/** Google, Harbor and GitLab. zot says 405 DENIED, which elsewhere is a lock. */
const inIndex = ['GOOGLE_MANIFEST_DANGLING_PARENT_IMAGE', 'VIOLATE_FOREIGN_KEY_CONSTRAINT', 'MANIFEST_REFERENCED']

const isInIndex = (response: HttpResponse): boolean => codesOf(response).some(code => inIndex.includes(code))

/**
 * True where a registry deletes no digest that tags are on: Google's, and zot for some users where there are several. A
 * child of an index is not among them: it would lose its tags and stay.
 *
 * @see https://cloud.google.com/artifact-registry/docs/docker/manage-images
 */
export const isTagged = (response: HttpResponse): boolean =>
  !isInIndex(response) &&
  (codesOf(response).includes('GOOGLE_MANIFEST_DANGLING_TAG') ||
    (response.status === 409 && codesOf(response).includes('MANIFEST_INVALID')))

const denied = (session: OciSession, { repository, reference, response }: RefusedDelete) => {
  const what = deletionText(session, repository, reference)
  return forbidden(
    `${what}: expected access, got ${answerOf(response)}, as for one that is not there`,
    session.credential,
  )
}

/** What a refusal of one thing alone is called, and what can be done. */
function wordsOf({ status }: HttpResponse): { word: string; remedy: string } | undefined {
  if (status === 412) return { word: 'immutable', remedy: 'change its rule there if it may go' }
  if ([401, 403, 409].includes(status)) return { word: 'protected', remedy: 'lift its protection there if it may go' }
  if ([400, 405, 423].includes(status)) return { word: 'locked', remedy: 'unlock it there if it may go' }
  return undefined
}

function reasonOf(response: HttpResponse, thing: string): string {
  const words = wordsOf(response)
  const answered = `registry answered ${answerOf(response)} to the delete of this ${thing}`
  return words === undefined ? answered : `${words.word}: ${answered}; ${words.remedy}`
}

function probedReasonOf(response: HttpResponse, thing: string): string {
  const { word, remedy } = wordsOf(response) ?? { word: 'protected', remedy: 'lift its protection there if it may go' }
  const answered = `registry answered ${answerOf(response)} to the delete of this ${thing} and not of another`
  if (thing === 'digest' && response.status === 405 && codesOf(response).includes('DENIED'))
    return `locked, or an index refers to it: ${answered}; it goes after that index, or once it is unlocked there`
  return `${word}: ${answered}; ${remedy}`
}

const unknownReasonOf = (response: HttpResponse, thing: string): string =>
  `registry answered ${answerOf(response)} to the delete of this ${thing}; whether it would for any could not be seen`

const lockedForAll = (response: HttpResponse, thing: string): string =>
  `locked: registry answered ${answerOf(response)} to the delete of this ${thing}, as of any here; unlock the repository there if it may go`
