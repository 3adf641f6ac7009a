import { hasSucceeded, type SyncRecord } from '../domain/records/syncs.ts'
import { installationCredential, type SyncCredential } from '../domain/sync-credential.ts'
import type { Store } from '../ports/store.ts'
import { liveSyncs } from './live-syncs.ts'

/**
 * How far a reader is believed when the registry answers it that something is not there. `full`: it is gone, as for the
 * installation's own delete credential right before a sweep. `none`: never. Else it depends on what that credential had
 * read before, since many registries answer 404 to a credential that may not read.
 */
export type Authority = 'full' | 'none' | CredentialAuthority

interface CredentialAuthority {
  readonly credential: SyncCredential
  /** It has read the repository before, or every credential that did has ended. */
  readonly hasRead: boolean
  readonly sawAllAt?: Date
  /** When its last sync that succeeded ended. */
  readonly lastReadAt?: Date
  /** The syncs of the other credentials that read the repository before and may still be used. */
  readonly others: readonly OtherReader[]
  /** The whole repository was denied to each of those when it last asked. */
  readonly othersAgree: boolean
}

type OtherReader = Pick<SyncRecord, 'credential' | 'lastSucceededAt' | 'denied'>

/** A tag or an image as it is recorded: when, and which credential had read it. */
export interface Sighting {
  /** A tag, or the digest of an image. */
  readonly name: string
  readonly seenBy?: SyncCredential
  readonly at: Date
}

/** The outcome of a credential to which nothing of a repository was shown. */
const deniedReason = 'RepositoryNotFound'

/** `own` is the record of that credential, also one that is adopted; `syncs` are all of the repository. */
export async function readAuthority(
  credential: SyncCredential,
  own: Pick<SyncRecord, 'lastSucceededAt' | 'sawAllAt'> | undefined,
  syncs: readonly SyncRecord[],
  store: Pick<Store, 'findCredential'>,
): Promise<CredentialAuthority> {
  const readers = syncs.filter(one => one.lastSucceededAt !== undefined)
  const live = await liveSyncs(syncs, store)
  const others = live.filter(one => one.lastSucceededAt !== undefined && one.credential !== credential)
  // Where every credential that had read it has ended, this one takes their place: else nothing could be found gone again.
  const takesOver = readers.length > 0 && others.length === 0
  return {
    credential,
    hasRead: own?.lastSucceededAt !== undefined || takesOver,
    ...(own?.sawAllAt && { sawAllAt: own.sawAllAt }),
    ...(own?.lastSucceededAt && { lastReadAt: own.lastSucceededAt }),
    others,
    othersAgree: others.every(one => !hasSucceeded(one) && one.lastOutcome?.reason === deniedReason),
  }
}

/** The credential to note as the reader of what is recorded now. */
export const seenByOf = (authority: Authority | undefined): { seenBy?: SyncCredential } =>
  typeof authority === 'object' ? { seenBy: authority.credential } : {}

/** True where a denial of the whole repository means that it is gone: it was denied to all other readers too. */
export const maySayAllIsGone = (authority: Authority): boolean =>
  typeof authority === 'object' ? authority.hasRead && authority.othersAgree : authority === 'full'

/** True where other credentials read it too: this one must then be shown something before its denials count. */
export const hasOtherReaders = (authority: Authority): boolean =>
  typeof authority === 'object' && authority.others.length > 0

/**
 * True where a denial means that what is recorded is gone. `hasRead`: the same sync read something else of the
 * repository; where it read nothing, the denial is about the whole repository.
 */
export function isGoneBy(authority: Authority, sighting: Sighting, hasRead: boolean): boolean {
  if (typeof authority === 'string') return authority === 'full'
  return hasRead ? isProvenGone(authority, sighting) : maySayAllIsGone(authority)
}

/**
 * What was recorded by another credential, one that has ended or that of the installation (also of a sweep or a
 * restore), is gone only once it is denied to every credential that reads the repository: one that sees only a part
 * proves nothing about what it never saw.
 */
function isProvenGone(
  authority: CredentialAuthority,
  { name, seenBy = installationCredential, at }: Sighting,
): boolean {
  if (seenBy === authority.credential) return true
  if (authority.sawAllAt !== undefined && at <= authority.sawAllAt) return true
  if (!authority.hasRead || authority.others.some(({ credential }) => credential === seenBy)) return false
  return authority.others.every(
    ({ lastSucceededAt, denied }) => lastSucceededAt !== undefined && lastSucceededAt > at && denied?.includes(name),
  )
}
