import type { TagRecord } from '../domain/records/images.ts'
import { hasEnded, rememberedDenials, type SyncRecord } from '../domain/records/syncs.ts'
import type { Draft } from '../ports/store.ts'
import type { ObjectAsk } from './object-ask.ts'

/**
 * What of a repository the status of an object may show: only what its own credential could read since the object was
 * made, and nothing that only other credentials read.
 */
export interface Visibility {
  /** Its credential has read the repository since. */
  readonly hasRead: boolean
  /** The repository as a whole: how many tags, which is the latest, its marks. */
  readonly whole: boolean
  tag(tag: TagRecord): boolean
}

const nothingVisible: Visibility = { hasRead: false, whole: false, tag: () => false }

/** Reasons for which a credential may not read (any more), whatever it has read before. The first is of earlier versions. */
const denials = [
  'RegistryAccessDenied',
  'AuthenticationFailed',
  'CredentialsMissing',
  'PermissionDenied',
  'NotAuthorized',
  'RepositoryNotFound',
]

export function visibilityOf(
  { wasAnswered, hasRead }: Pick<ObjectAsk, 'wasAnswered' | 'hasRead'>,
  sync: Draft<SyncRecord> | undefined,
): Visibility {
  if (!sync || !wasAnswered) return nothingVisible
  // A first sync under way has read some tags already.
  if (!hasEnded(sync)) {
    const { progress, credential } = sync
    return progress
      ? { ...nothingVisible, tag: tag => !isDenied(tag, { credential, denied: progress.denied }) }
      : nothingVisible
  }
  const { lastOutcome, lastSucceededAt } = sync
  if (lastOutcome.succeeded) return { hasRead: true, whole: true, tag: tag => !isDenied(tag, sync) }
  if (!hasRead) return nothingVisible
  return {
    hasRead,
    whole: !denials.includes(lastOutcome.reason),
    // What is newer was read by another credential.
    tag: tag => lastSucceededAt !== undefined && tag.checkedAt <= lastSucceededAt && !isDenied(tag, sync),
  }
}

/** The registry showed the repository to the credential, and not this tag. */
function isDenied(
  { tag, seenBy, checkedAt }: TagRecord,
  { credential, denied = [], sawAllAt }: Pick<SyncRecord, 'credential' | 'denied' | 'sawAllAt'>,
): boolean {
  if (denied.length < rememberedDenials) return denied.includes(tag) && seenBy !== credential
  const isProven = seenBy === credential || (sawAllAt !== undefined && checkedAt <= sawAllAt)
  return !isProven
}
