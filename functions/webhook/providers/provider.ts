import type { z } from 'zod'
import type { Hint } from '../../../shared/domain/events.ts'
import { issueTexts } from '../../../shared/domain/issue-text.ts'

/** What an event says, before the registry's own name is added: the registry is known from the secret, never from the payload. */
export type ProviderHint = { readonly type: 'ImagePushed' | 'ImageDeleted' } & Omit<Hint, 'registry'>

/** What a payload says. One part of it that is not understood costs nothing but itself. */
export interface ParsedPayload {
  /** Every relevant resource; empty when nothing in it concerns images. */
  readonly hints: readonly ProviderHint[]
  /** Events, or resources of one event. */
  readonly parts: number
  /** For each part that was not understood, why. */
  readonly notUnderstood: readonly string[]
  /** The sender tries whether somebody listens. */
  readonly isTest: boolean
}

/** One sender of webhooks. */
export interface WebhookProvider {
  /** The value that must equal `expected` for this secret; undefined when the request carries none. */
  readonly presented: (headers: Readonly<Record<string, string | undefined>>) => string | undefined
  /** What `presented` must be for a configured secret. */
  readonly expected: (secret: string) => string
  /** @throws InvalidInputError for what is none of the sender's payloads */
  readonly parsePayload: (payload: unknown) => ParsedPayload
}

/** Reads one part; `root` is where in the payload it stands. */
export function parsePart<T>(
  schema: z.ZodType<T>,
  part: unknown,
  root: string,
): { readonly part: T } | { readonly problem: string } {
  const parsed = schema.safeParse(part)
  if (parsed.success) return { part: parsed.data }
  return { problem: firstIssue(parsed.error, part, root) }
}

/** Without a value of the payload: a stranger may have written it, and it is logged. */
export const firstIssue = (error: z.ZodError, input: unknown, root?: string): string =>
  issueTexts(error, input, root ?? 'the whole', { hidesValues: true, ...(root !== undefined && { root }) })[0] ??
  'expected a valid payload'
