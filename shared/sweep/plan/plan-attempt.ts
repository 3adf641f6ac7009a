import { ShelflifeError, StoreUnavailableError } from '../../errors.ts'

export interface PlanLog {
  info(message: string, fields: Record<string, unknown>): void
  warn(message: string, fields: Record<string, unknown>): void
  error(message: string, fields: Record<string, unknown>): void
}

/** What is not reached or was changed meanwhile stops no other policy; a store that does not answer stops all. */
export async function attempt(policy: string, log: PlanLog, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof ShelflifeError) || error instanceof StoreUnavailableError) throw error
    log.warn('sweep not planned: the next minute tries again', { policy, error })
  }
}
