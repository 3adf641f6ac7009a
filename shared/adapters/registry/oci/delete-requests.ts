import { randomBytes } from 'node:crypto'
import { isPassedOver } from '../../../domain/sync-reason.ts'
import type { HttpResponse } from '../../http/client.ts'
import type { ProbeAnswer } from './delete-ways.ts'
import { answerOf, isAbsent } from './error-codes.ts'
import type { OciRequest, OciSession } from './oci-session.ts'

const deletionOf = (repository: string, reference: string): OciRequest => ({
  method: 'DELETE',
  path: `/v2/${repository}/manifests/${reference}`,
  repository,
  refusalIsAnswer: true,
})

/** Asks for the delete of a tag or digest; a refusal is an answer, see {@link OciRequest.refusalIsAnswer}. */
export const sendDeletion = (session: OciSession, repository: string, reference: string): Promise<HttpResponse> =>
  session.send(deletionOf(repository, reference))

/** What a delete is called in messages. */
export const deletionText = (session: OciSession, repository: string, reference: string): string =>
  session.what(deletionOf(repository, reference))

/**
 * How the registry answers the delete of a tag or digest that cannot exist, for this credential; undefined where that is
 * not known. What it answers there as well is not the fault of the one that was to be deleted.
 */
export const probeDelete = (
  session: OciSession,
  repository: string,
  kind: 'tag' | 'digest',
): Promise<ProbeAnswer | undefined> =>
  session.deleteWays.answerTo(JSON.stringify([session.credentialName, repository, kind]), async () => {
    const nonce = randomBytes(32).toString('hex')
    const reference = kind === 'tag' ? `shelflife-none-${nonce}` : `sha256:${nonce}`
    try {
      const response = await sendDeletion(session, repository, reference)
      // Throws for a web page, which is no word of the registry.
      isAbsent(response, deletionText(session, repository, reference))
      return { status: response.status, text: answerOf(response) }
    } catch (error) {
      if (!isPassedOver(error)) throw error
      return undefined
    }
  })
