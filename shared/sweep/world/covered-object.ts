import type { CustomObject } from '../../ports/cluster.ts'

/** One Repository object that a policy covers, and what it tracks: its tag, or the whole repository. */
export interface CoveredObject {
  readonly object: CustomObject
  readonly registry: string
  readonly path: string
  /** `host/path` with the canonical host. */
  readonly repository: string
  readonly tag: string | undefined
}
