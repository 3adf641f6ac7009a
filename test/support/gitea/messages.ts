import type { IncomingHttpHeaders } from 'node:http'

export interface FakeRequest {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface FakeResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly text?: string
  readonly bytes?: Buffer
}

export interface GiteaState {
  /** `[api] MAX_RESPONSE_ITEMS`. */
  maxResponseItems: number
  /** False for versions before the list of one package. */
  listsOnePackage: boolean
  /** Of Forgejo, which tells its version at an address of its own. */
  isForgejo: boolean
  /** Scopes of the one token. */
  scopes: readonly ('read:package' | 'write:package')[]
  /** What it answers in the place of Gitea. */
  answer: (request: FakeRequest) => FakeResponse | undefined
}
