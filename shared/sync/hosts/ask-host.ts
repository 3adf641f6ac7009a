import { anonymousCredential, installationCredential } from '../../domain/sync-credential.ts'
import { isRegistryOutcome } from '../../domain/sync-reason.ts'
import { UnavailableError } from '../../errors.ts'
import type { RegistryReader } from '../../ports/registry.ts'
import type { TaskDeps } from '../task-deps.ts'
import type { AskHost } from './host-watch.ts'
import { faultText, isOfHost } from './watched-reader.ts'

export interface AskHostDeps {
  /** As that of the tasks, and of a host without a repository too. */
  readonly readerFor: (
    registry: string,
    options: Omit<Parameters<TaskDeps['readerFor']>[1], 'repository'> & { repository?: string },
  ) => Promise<RegistryReader>
}

/**
 * Asks `/v2/` of a host. Never with a credential of a tenant, which could be one that the host fails at; with
 * that of the installation where `credential` is it, since ECR is another system then. Any answer is one, a refusal too.
 * It throws what ended the task, and what our own store or secrets fail with.
 */
export const hostAsker =
  (host: string, credential: string | undefined, signal: AbortSignal, { readerFor }: AskHostDeps): AskHost =>
  async () => {
    const own = credential === installationCredential ? installationCredential : anonymousCredential
    let reader: RegistryReader | undefined
    try {
      reader = await readerFor(host, { credential: own, signal })
      await reader.checkAccess()
      return undefined
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (!isRegistryOutcome(error) || (!reader && error instanceof UnavailableError)) throw error
      return error instanceof UnavailableError && isOfHost(error) ? faultText(error) : undefined
    }
  }
