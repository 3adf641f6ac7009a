import * as z from 'zod'
import type { RegistryRules } from '../../../domain/registry-rules/registry-rules.ts'
import { AccessDeniedError, InvalidInputError, NotFoundError } from '../../../errors.ts'
import type { OciSession } from '../oci/oci-session.ts'
import { findHarborAnswer, harborRequest } from './harbor-api.ts'

/** A number, as text. */
const project = z.looseObject({ metadata: z.looseObject({ retention_id: z.string().nullish() }).nullish() })

/** In the place of a retention that is not there, beside rules for immutable tags that are: it deletes nothing. */
const noRetention = { algorithm: 'or', rules: [] }

/**
 * The tag retention of the project that a repository is in, with its rules for immutable tags where these may be read;
 * undefined where the project has neither.
 *
 * @throws AccessDeniedError where the retention may not be read; NotFoundError where Harbor has no such project;
 *   InvalidInputError for what is no answer of a Harbor, a 404 of another server among them
 * @see https://github.com/goharbor/harbor/blob/main/api/v2.0/swagger.yaml
 */
export async function findTagRetention(session: OciSession, repository: string): Promise<RegistryRules | undefined> {
  const [name = ''] = repository.split('/')
  const path = `/projects/${encodeURIComponent(name)}`
  const what = session.what(harborRequest('GET', path))
  const answer = await findAnswer(session, path)
  if (answer === undefined) throw new NotFoundError(`${what}: expected a project of Harbor, got 404`)
  const parsed = project.safeParse(answer)
  if (!parsed.success) throw new InvalidInputError(`${what}: expected a project of Harbor`)
  const id = parsed.data.metadata?.retention_id ?? ''
  const retention = /^[1-9]\d*$/.test(id) ? await findAnswer(session, `/retentions/${id}`) : undefined
  const immutable = await findLocks(session, `${path}/immutabletagrules?page_size=100`)
  const hasLocks = Array.isArray(immutable) && immutable.length > 0
  if (retention === undefined && !hasLocks) return undefined
  return {
    kind: 'harbor-retention',
    text: JSON.stringify({ retention: retention ?? noRetention, ...(immutable !== undefined && { immutable }) }),
  }
}

/** Without them more is told of than goes. */
async function findLocks(session: OciSession, path: string): Promise<unknown> {
  try {
    return await findAnswer(session, path)
  } catch (error) {
    if (error instanceof AccessDeniedError || error instanceof InvalidInputError) return undefined
    throw error
  }
}

const findAnswer = async (session: OciSession, path: string): Promise<unknown> =>
  (await findHarborAnswer(session, path))?.json
