import { ShelflifeError, UnavailableError } from '../../errors.ts'
import type { RegistryReader } from '../../ports/registry.ts'
import { DeferredError } from './deferred-error.ts'

/** What a host did while one task asked it. */
export class Witness {
  /** The first failure that says something of the host, a stall before any other. */
  failure: UnavailableError | undefined
  /** It answered as a registry does, be it with a refusal. */
  hasAnswered = false

  /** The error as the task is to see it. */
  saw(error: unknown, signal: AbortSignal, now: Date): unknown {
    if (signal.aborted && signal.reason instanceof DeferredError) return signal.reason
    if (!(error instanceof UnavailableError)) {
      if (error instanceof ShelflifeError) this.hasAnswered = true
      return error
    }
    if (error.isUnsent)
      return new DeferredError(error.message, new Date(now.getTime() + (error.retryAfterMs ?? 0)), { cause: error })
    if (error.kind === 'rate-limited') this.hasAnswered = true
    else if (isOfHost(error) && this.failure?.stalled === undefined && (error.stalled || !this.failure))
      this.failure = error
    return error
  }
}

/** Not what the caller's own certificates or limits of time made of it. */
const isOfHost = ({ kind, isOverdue }: UnavailableError): boolean => kind !== 'tls' && !isOverdue

/** The same reader, of which the witness sees how each call went. */
export function watchedReader(
  reader: RegistryReader,
  witness: Witness,
  signal: AbortSignal,
  now: () => Date,
): RegistryReader {
  const seen = async <T>(call: Promise<T>): Promise<T> => {
    try {
      const answer = await call
      witness.hasAnswered = true
      return answer
    } catch (error) {
      throw witness.saw(error, signal, now())
    }
  }
  return {
    checkAccess: () => seen(reader.checkAccess()),
    listRepository: repository => seen(reader.listRepository(repository)),
    findTag: (repository, tag) => seen(reader.findTag(repository, tag)),
    findManifest: (repository, digest) => seen(reader.findManifest(repository, digest)),
    hasManifest: (repository, digest) => seen(reader.hasManifest(repository, digest)),
    findConfig: (repository, digest) => seen(reader.findConfig(repository, digest)),
    listReferrers: (repository, digest, options) => seen(reader.listReferrers(repository, digest, options)),
  }
}
