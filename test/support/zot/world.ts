import type { ZotLayout } from './layout.ts'

export interface ZotAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly bytes?: Buffer
}

export interface ZotState {
  /** False where it is built or run without the search extension. */
  searches: boolean
  /** Fields that its version does not know. */
  unknownFields: readonly string[]
  /** True for users with `detectManifestCollision`. */
  detectsCollisions: boolean
  answer: (request: { method: string; path: string }) => ZotAnswer | undefined
}

export interface ZotWorld {
  readonly innerUrl: string
  readonly layout: ZotLayout
  readonly state: ZotState
  /** What shelflife asked, oldest first: `GET /v2/`. */
  readonly requests: string[]
}
