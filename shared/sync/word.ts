import { hasSucceeded, type SyncRecord } from '../domain/records/syncs.ts'
import { installationCredential, type SyncCredential } from '../domain/sync-credential.ts'
import type { Store } from '../ports/store.ts'
import { liveSyncs } from './live-syncs.ts'

/**
 * What it counts for that a reader was denied something. `full`: it is gone, as for the installation's own delete
 * credential, right before a sweep. `none`: never. Else what counts is what that credential had seen: many registries
 * answer 404 to whoever may not read.
 */
export type Word = 'full' | 'none' | OwnWord

interface OwnWord {
  readonly credential: SyncCredential
  /** It has read the repository before, or all have ended that did. */
  readonly hasRead: boolean
  readonly sawAllAt?: Date
  /** When its last sync that succeeded ended. */
  readonly lastReadAt?: Date
  /** Of the other credentials that read the repository before and may still be used. */
  readonly others: readonly OtherReader[]
  /** To each of those the whole repository was denied, when it was last asked. */
  readonly othersAgree: boolean
}

type OtherReader = Pick<SyncRecord, 'credential' | 'lastSucceededAt' | 'denied'>

/** When something was recorded as it stands, and by whom. */
export interface Sighting {
  /** A tag, or the digest of an image. */
  readonly name: string
  readonly seenBy?: SyncCredential
  readonly at: Date
}

/** The outcome of a credential to which nothing of a repository was shown. */
const deniedReason = 'RepositoryNotFound'

/** `own` is the record of that credential, also one that is adopted; `syncs` are all of the repository. */
export async function readWord(
  credential: SyncCredential,
  own: Pick<SyncRecord, 'lastSucceededAt' | 'sawAllAt'> | undefined,
  syncs: readonly SyncRecord[],
  store: Pick<Store, 'findCredential'>,
): Promise<OwnWord> {
  const readers = syncs.filter(one => one.lastSucceededAt !== undefined)
  const live = await liveSyncs(syncs, store)
  const others = live.filter(one => one.lastSucceededAt !== undefined && one.credential !== credential)
  // Where all that had read it have ended, it takes their place: else nobody could ever say what went since.
  const isHeir = readers.length > 0 && others.length === 0
  return {
    credential,
    hasRead: own?.lastSucceededAt !== undefined || isHeir,
    ...(own?.sawAllAt && { sawAllAt: own.sawAllAt }),
    ...(own?.lastSucceededAt && { lastReadAt: own.lastSucceededAt }),
    others,
    othersAgree: others.every(one => !hasSucceeded(one) && one.lastOutcome?.reason === deniedReason),
  }
}

/** Who is noted as having read what is written now. */
export const seenByOf = (word: Word | undefined): { seenBy?: SyncCredential } =>
  typeof word === 'object' ? { seenBy: word.credential } : {}

/** It may say of the whole repository that it is gone: all others that could know say so too. */
export const maySayAllIsGone = (word: Word): boolean =>
  typeof word === 'object' ? word.hasRead && word.othersAgree : word === 'full'

/** Others may know better, so that it matters whether the repository shows itself to this one at all. */
export const hasRivals = (word: Word): boolean => typeof word === 'object' && word.others.length > 0

/**
 * What was denied is gone by this word. `hasRead`: in the same sync something else of the repository was read; where
 * nothing was, it is a word about the whole repository.
 */
export function isGoneBy(word: Word, sighting: Sighting, hasRead: boolean): boolean {
  if (typeof word === 'string') return word === 'full'
  return hasRead ? hadSeen(word, sighting) : maySayAllIsGone(word)
}

/**
 * What was recorded by one that cannot be asked any more (its credential ended), or by a sweep or a restore, which use
 * the installation's, is gone when it is denied to every one that reads the repository: one that sees a part proves
 * nothing of what it never saw.
 */
function hadSeen(word: OwnWord, { name, seenBy = installationCredential, at }: Sighting): boolean {
  if (seenBy === word.credential) return true
  if (word.sawAllAt !== undefined && at <= word.sawAllAt) return true
  if (!word.hasRead || word.others.some(({ credential }) => credential === seenBy)) return false
  return word.others.every(
    ({ lastSucceededAt, denied }) => lastSucceededAt !== undefined && lastSucceededAt > at && denied?.includes(name),
  )
}
