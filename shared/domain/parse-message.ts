import type * as z from 'zod'
import { InvalidInputError } from '../errors.ts'
import { issueText } from './issue-text.ts'
import { quoted } from './repository-name.ts'

/**
 * Reads the body of a queue's message, JSON of the schema's shape. `what` names the message in the error.
 * @throws InvalidInputError for anything else: such a message can never succeed
 */
export function parseMessage<T>(what: string, schema: z.ZodType<T>, body: string): T {
  const input = parseJson(what, body)
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw new InvalidInputError(`${what}: ${issueText(parsed.error, input, 'the whole')}`, { cause: parsed.error })
}

function parseJson(what: string, body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw new InvalidInputError(`${what}: expected JSON, got ${quoted(body)}`, { cause })
  }
}
