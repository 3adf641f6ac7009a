import { dayMs } from '../domain/duration.ts'
import type { ProviderLabel } from '../domain/providers/providers.ts'
import { boundCredentialsText, type PullCredentials } from '../domain/pull-credentials.ts'
import { type CredentialRecord, isOfSealing, sealedCopyOf } from '../domain/records/installation.ts'
import type { CustomObject } from '../ports/cluster.ts'
import type { Sealer, SecretStore } from '../ports/platform.ts'
import type { Draft, Store } from '../ports/store.ts'
import { pullSecretPrefix } from '../wiring.ts'

export interface CredentialCopyDeps {
  readonly store: Pick<Store, 'findCredential' | 'listCredentials' | 'saveCredential'>
  readonly sealer: Sealer
  readonly secrets: Pick<SecretStore, 'deleteSecret'>
  readonly now: () => Date
  /** With this begin the ids of secrets in which versions before kept copies; default that of an installation without a name. */
  readonly pullSecretPrefix?: string
}

/** The text of a copy has no more bytes: each run of the schedule reads the records of a cluster, and an item has an end. */
const maxCopyBytes = 64 * 1024

/** True where they are too many to be copied. */
export const isTooLarge = (credentials: PullCredentials): boolean =>
  Buffer.byteLength(boundCredentialsText({ host: '', uid: '', ...credentials })) > maxCopyBytes

/** What an object brings. */
export interface BroughtCredentials {
  readonly credentials: PullCredentials
  /** By the registry. */
  readonly accepted: boolean
  readonly provider: ProviderLabel
}

/**
 * Keeps a copy of what a RegistrySecret brings where syncs find it, since they have no access to clusters. The record, which
 * holds the copy, says when the registry last accepted the credential, which one that was refused does not change.
 */
export async function saveCredential(
  object: CustomObject,
  host: string,
  { credentials, accepted, provider }: BroughtCredentials,
  deps: CredentialCopyDeps,
): Promise<void> {
  const { store, sealer, secrets, now } = deps
  const { cluster } = object
  const { uid, namespace, name } = object.metadata
  const found = await store.findCredential(cluster, uid)
  const live = found?.endedAt === undefined && found?.host === host ? found : undefined
  const before = found && sealedCopyOf(found)
  const sealed = await sealedAgain(
    before,
    boundCredentialsText({ host, uid, ...credentials }),
    { cluster, uid },
    sealer,
  )
  const secretId = `${prefixOf(deps)}${cluster}/${uid}`
  const secretEndsAt = found && secretEndOf(found, now())
  const isOver = secretEndsAt !== undefined && secretEndsAt <= now()
  // Else a refused one that did not change costs no write.
  if (!accepted && live && sealed === before && live.provider === provider && !isOver) return
  if (isOver) await secrets.deleteSecret(secretId)
  const verifiedAt = accepted ? now() : live?.verifiedAt
  const draft = { cluster, uid, namespace, name, host, provider, secretId, sealed, sealedNumber: nextNumber(found) }
  const left = secretEndsAt && !isOver ? { secretEndsAt } : {}
  await store.saveCredential({ ...draft, ...(verifiedAt && { verifiedAt }), ...left }, found)
}

/** What was sealed stays while it says the same, so that whoever opened it need not open it again. */
async function sealedAgain(
  before: string | undefined,
  text: string,
  owner: Pick<CredentialRecord, 'cluster' | 'uid'>,
  sealer: Sealer,
): Promise<string> {
  const isSame = before !== undefined && (await sealer.open(before, owner)) === text
  return isSame ? before : sealer.seal(text, owner)
}

/** A day in which versions before, beside this one or in its place again, find what they had; then they make it anew. */
const secretEndOf = (found: CredentialRecord, now: Date): Date | undefined =>
  isOfSealing(found) ? found.secretEndsAt : new Date(now.getTime() + dayMs)

const nextNumber = (found: CredentialRecord | undefined): number => (found?.number ?? 0) + 1

const prefixOf = (deps: Pick<CredentialCopyDeps, 'pullSecretPrefix'>): string =>
  deps.pullSecretPrefix ?? pullSecretPrefix

/** Ended ones are remembered for so long, for whoever asks why a sync was refused. */
const rememberedSeconds = 30 * 24 * 3600

/**
 * Ends a credential whose object, Secret or entry is gone, and its copy with the same write. Where versions before left a
 * copy in a secret as well, a second write says that it is deleted, so that whoever is killed in between is followed by
 * another.
 */
export async function endCredential(
  record: CredentialRecord,
  { store, secrets, now }: CredentialCopyDeps,
): Promise<void> {
  const { number: _, sealed, secretEndsAt, ...rest } = record
  const endedAt = record.endedAt ?? now()
  const ended = { ...rest, endedAt }
  const over = { ...ended, expiresAtSeconds: Math.floor(endedAt.getTime() / 1000) + rememberedSeconds }
  const save = (draft: Draft<CredentialRecord>, previous: CredentialRecord) =>
    store.saveCredential({ ...draft, sealedNumber: nextNumber(previous) }, previous)
  if (isOfSealing(record) && secretEndsAt === undefined) {
    await save(over, record)
    return
  }
  const isNoted = isOfSealing(record) && record.endedAt !== undefined && sealed === undefined
  const noted = isNoted ? record : await save({ ...ended, secretEndsAt: endedAt }, record)
  await secrets.deleteSecret(record.secretId)
  await save(over, noted)
}

/** True once nothing is left to be done about it. A version before ends a record, and leaves what it does not know. */
export const isEnded = ({ expiresAtSeconds, sealed }: CredentialRecord): boolean =>
  expiresAtSeconds !== undefined && sealed === undefined

/**
 * Deletes the copy that versions before kept under the name of the object, whoever had that name. They did not say for
 * which host it was; nothing reads it any more.
 */
export const deleteNamedCopy = (
  { cluster, metadata }: CustomObject,
  deps: Pick<CredentialCopyDeps, 'secrets' | 'pullSecretPrefix'>,
): Promise<void> => deps.secrets.deleteSecret(`${prefixOf(deps)}${cluster}/${metadata.namespace}/${metadata.name}`)
