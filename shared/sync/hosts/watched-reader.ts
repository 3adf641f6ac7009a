import type { Digest } from '../../domain/digest.ts'
import { UnavailableError } from '../../errors.ts'
import type { RegistryReader } from '../../ports/registry.ts'
import { DeferredError } from './deferred-error.ts'

/** A failure that says something of the registry, and the credential that it was asked with. */
export interface Witnessed {
  readonly error: UnavailableError
  readonly credential: string
}

/** What a registry did while one task asked it. */
export class Witness {
  /** The first failure that says something of the registry, a stall before any other. */
  failure: Witnessed | undefined

  /** The error as the task is to see it. */
  saw(error: unknown, credential: string, signal: AbortSignal, now: Date): unknown {
    if (signal.aborted && signal.reason instanceof DeferredError) return signal.reason
    if (!(error instanceof UnavailableError)) return error
    if (error.isUnsent)
      return new DeferredError(error.message, new Date(now.getTime() + (error.retryAfterMs ?? 0)), { cause: error })
    const isWorse = !this.failure || (error.stalled !== undefined && this.failure.error.stalled === undefined)
    if (isOfHost(error) && isWorse) this.failure = { error, credential }
    return error
  }
}

/** Not what asks to be asked less, nor what the caller's own certificates or limits of time made of it. */
export const isOfHost = ({ kind, isOverdue }: UnavailableError): boolean =>
  kind !== 'rate-limited' && kind !== 'tls' && !isOverdue

/** Without the request: it names one repository, and the message is shown to the objects of all. */
export function faultText({ kind, stalled }: UnavailableError): string {
  if (stalled !== undefined) return stalled
  if (kind === 'dns') return 'could not be found by its name'
  return kind === 'network' ? 'could not be reached' : 'answered with errors of its own'
}

export interface Watch {
  readonly witness: Witness
  readonly credential: string
  readonly signal: AbortSignal
  readonly now: () => Date
}

/** The same reader, of which the witness sees how each call went. */
export function watchedReader(reader: RegistryReader, { witness, credential, signal, now }: Watch): RegistryReader {
  const seen = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call
    } catch (error) {
      throw witness.saw(error, credential, signal, now())
    }
  }
  const { countsPulls, findTaggedManifest, describeManifest, findQuota, findOwnRules, findCopies, tellsPulls } = reader
  return {
    countsPulls,
    checkAccess: () => seen(reader.checkAccess()),
    ...(findQuota && { findQuota: (repository: string) => seen(findQuota(repository)) }),
    ...(tellsPulls && { tellsPulls: (repository: string) => seen(tellsPulls(repository)) }),
    ...(findOwnRules && { findOwnRules: (repository: string) => seen(findOwnRules(repository)) }),
    ...(findCopies && { findCopies: () => seen(findCopies()) }),
    listRepositories: (atMost, below) => seen(reader.listRepositories(atMost, below)),
    listRepository: repository => seen(reader.listRepository(repository)),
    findTag: (repository, tag) => seen(reader.findTag(repository, tag)),
    ...(findTaggedManifest && {
      findTaggedManifest: (repository: string, tag: string) => seen(findTaggedManifest(repository, tag)),
    }),
    findManifest: (repository, digest) => seen(reader.findManifest(repository, digest)),
    ...(describeManifest && {
      describeManifest: (repository: string, digest: Digest) => seen(describeManifest(repository, digest)),
    }),
    hasManifest: (repository, digest) => seen(reader.hasManifest(repository, digest)),
    findConfig: (repository, digest) => seen(reader.findConfig(repository, digest)),
    listReferrers: (repository, digest, options) => seen(reader.listReferrers(repository, digest, options)),
  }
}
