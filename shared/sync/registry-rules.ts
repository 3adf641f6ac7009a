import { isDeepStrictEqual } from 'node:util'
import { dayMs } from '../domain/duration.ts'
import type { ReadRules } from '../domain/records/syncs.ts'
import type { RegistryRules } from '../domain/registry-rules/registry-rules.ts'
import type { SyncCredential } from '../domain/sync-credential.ts'
import { isRegistryOutcome } from '../domain/sync-reason.ts'
import { AccessDeniedError } from '../errors.ts'
import type { RegistryReader } from '../ports/registry.ts'

/** Longer than any that a registry takes; what is longer may not fit into the record. */
const longestText = 64 * 1024

/**
 * What is known of the registry's own rules for a repository: read again once a day, and by a credential to which they were
 * not refused on that day. Where they cannot be read, what was known stays and the next sync asks again. That they may not
 * be read is no failure of the sync; it takes the place of what is older than a week.
 */
export async function readRegistryRules(
  { repository, credential }: { readonly repository: string; readonly credential: SyncCredential },
  reader: Pick<RegistryReader, 'findOwnRules'>,
  known: ReadRules | undefined,
  { now }: { readonly now: () => Date },
): Promise<ReadRules | undefined> {
  if (!reader.findOwnRules || !isDue(known, credential, now())) return known
  try {
    const rules = await reader.findOwnRules(repository)
    return { readAt: now(), ...(rules && { rules: shortened(rules) }) }
  } catch (error) {
    if (error instanceof AccessDeniedError) return refusedBy(error, credential, known, now())
    if (isRegistryOutcome(error)) return known
    throw error
  }
}

/** An empty text is none that can be understood, and what is not understood is told. */
const shortened = ({ kind, text }: RegistryRules): RegistryRules => ({
  kind,
  text: text.length > longestText ? '' : text,
})

/** True where the rules say something else than before, so that the objects of the repository have news. */
export const areOtherRules = (before: ReadRules | undefined, after: ReadRules | undefined): boolean =>
  after !== undefined &&
  !isDeepStrictEqual([before?.rules, before?.refused?.message], [after.rules, after.refused?.message])

function isDue(known: ReadRules | undefined, credential: SyncCredential, now: Date): boolean {
  if (!known || now.getTime() - known.readAt.getTime() >= dayMs) return true
  return known.refused !== undefined && !known.refused.credentials.includes(credential)
}

function refusedBy(
  { message }: AccessDeniedError,
  credential: SyncCredential,
  known: ReadRules | undefined,
  now: Date,
): ReadRules {
  const ageMs = now.getTime() - (known?.readAt.getTime() ?? 0)
  if (known && !known.refused && ageMs < 7 * dayMs) return known
  const before = known?.refused && ageMs < dayMs ? known.refused.credentials : []
  const readAt = before.length > 0 && known ? known.readAt : now
  return { readAt, refused: { message, credentials: [...before, credential] } }
}
