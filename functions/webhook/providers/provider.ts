import type { Hint } from '../../../shared/domain/events.ts'

/** What an event says, before the registry's own name is added: the registry is known from the secret, never from the payload. */
export type ProviderHint = { readonly type: 'ImagePushed' | 'ImageDeleted' } & Omit<Hint, 'registry'>

/** One sender of webhooks. */
export interface WebhookProvider {
  /** The value that must equal `expected` for this secret; undefined when the request carries none. */
  readonly presented: (headers: Readonly<Record<string, string | undefined>>) => string | undefined
  /** What `presented` must be for a configured secret. */
  readonly expected: (secret: string) => string
  /** Every relevant resource of the payload; empty when nothing in it concerns images. @throws InvalidInputError */
  readonly parseHints: (payload: unknown) => ProviderHint[]
}
