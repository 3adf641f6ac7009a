import { UnavailableError } from '../../errors.ts'

/** For what S3 throws: names the object, what was to be done with it, and S3's own word for what went wrong. */
export const archiveFailure =
  (key: string, done: 'read' | 'written' | 'renewed') =>
  (cause: unknown): never => {
    const name = cause instanceof Error ? cause.name : 'nothing known'
    throw new UnavailableError(`archive: ${key} could not be ${done}: ${name}`, { kind: 'server', cause })
  }
