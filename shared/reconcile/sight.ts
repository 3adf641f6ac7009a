import { rememberedDenials, type SyncRecord, type TagRecord } from '../domain/records.ts'
import type { ObjectMeta } from '../ports/cluster.ts'
import type { Draft } from '../ports/store.ts'
import { type EndedSync, hasReadSince } from './plan-sync.ts'

/**
 * What of a repository the status of an object may show: what its own credential could read since the object was made.
 * What others read is no business of its own.
 */
export interface Sight {
  /** The repository as a whole: how many tags, which is the latest, its marks. */
  readonly whole: boolean
  tag(tag: TagRecord): boolean
}

const blind: Sight = { whole: false, tag: () => false }

/** Reasons of one that may not read (any more), whatever it has read before. */
const denials = [
  'RegistryAccessDenied',
  'AuthenticationFailed',
  'CredentialsMissing',
  'PermissionDenied',
  'NotAuthorized',
  'RepositoryNotFound',
]

export function sightOf(metadata: ObjectMeta, sync: EndedSync | undefined): Sight {
  if (!sync || !hasReadSince(metadata, sync)) return blind
  const { lastOutcome, lastSucceededAt } = sync
  if (lastOutcome.succeeded) return { whole: true, tag: tag => !isDenied(tag, sync) }
  return {
    whole: !denials.includes(lastOutcome.reason),
    // A tag that was written since was read by another.
    tag: tag => lastSucceededAt !== undefined && tag.checkedAt <= lastSucceededAt && !isDenied(tag, sync),
  }
}

/** The registry showed the repository to the credential, and not this tag. */
function isDenied(
  { tag, seenBy, checkedAt }: TagRecord,
  { credential, denied = [], sawAllAt }: Draft<SyncRecord>,
): boolean {
  if (denied.length < rememberedDenials) return denied.includes(tag) && seenBy !== credential
  const isProven = seenBy === credential || (sawAllAt !== undefined && checkedAt <= sawAllAt)
  return !isProven
}
