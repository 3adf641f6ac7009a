import type { TagRecord } from '../domain/records/images.ts'
import { hasEnded, rememberedDenials, type SyncRecord } from '../domain/records/syncs.ts'
import type { Draft } from '../ports/store.ts'
import type { ObjectAsk } from './object-ask.ts'

/**
 * What of a repository the status of an object may show: what its own credential could read since the object was made.
 * What others read is no business of its own.
 */
export interface Sight {
  /** Its credential has read the repository since. */
  readonly hasRead: boolean
  /** The repository as a whole: how many tags, which is the latest, its marks. */
  readonly whole: boolean
  tag(tag: TagRecord): boolean
}

const blind: Sight = { hasRead: false, whole: false, tag: () => false }

/** Reasons of one that may not read (any more), whatever it has read before. The first is of versions before. */
const denials = [
  'RegistryAccessDenied',
  'AuthenticationFailed',
  'CredentialsMissing',
  'PermissionDenied',
  'NotAuthorized',
  'RepositoryNotFound',
]

export function sightOf(
  { wasAnswered, hasRead }: Pick<ObjectAsk, 'wasAnswered' | 'hasRead'>,
  sync: Draft<SyncRecord> | undefined,
): Sight {
  if (!sync || !wasAnswered) return blind
  // A first sync that goes on has answered for some tags.
  if (!hasEnded(sync)) {
    const { progress, credential } = sync
    return progress ? { ...blind, tag: tag => !isDenied(tag, { credential, denied: progress.denied }) } : blind
  }
  const { lastOutcome, lastSucceededAt } = sync
  if (lastOutcome.succeeded) return { hasRead: true, whole: true, tag: tag => !isDenied(tag, sync) }
  if (!hasRead) return blind
  return {
    hasRead,
    whole: !denials.includes(lastOutcome.reason),
    // A tag that was written since was read by another.
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
