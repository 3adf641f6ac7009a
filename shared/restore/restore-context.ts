import type { RegistryWriter } from '../ports/registry.ts'
import type { Store } from '../ports/store.ts'
import type { BlobUploads } from './blob-uploads.ts'

/** Who restores, and for which reason, as the audit trail shows it. */
export interface RestoreCause {
  /** `person alice`. */
  readonly actor: string
  /** `run manual-12 of policy eu-1/production/tidy`, or the image's name as it was asked for. */
  readonly asked: string
  readonly runId?: string
}

/** One repository while it is worked on. */
export interface RestoreContext extends RestoreCause {
  readonly repository: string
  /** Path in the registry. */
  readonly path: string
  readonly store: Store
  readonly writer: RegistryWriter
  readonly now: () => Date
  readonly uploads: Pick<BlobUploads, 'upload'>
  /** Only says what would be done. */
  readonly dryRun: boolean
  /** Called with each image when it is decided. */
  readonly onImage?: () => void
  /** Renews the lease. @throws UnavailableError when another run has taken the repository over */
  readonly requireLease: () => Promise<void>
}
