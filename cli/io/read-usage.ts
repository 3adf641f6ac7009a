import * as z from 'zod'
import { findReferred, parseImageName } from '../../shared/domain/image-name.ts'
import { issueText } from '../../shared/domain/issue-text.ts'
import type { Usage } from '../../shared/domain/usage.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { parseTime } from './read-time.ts'

const text = z.string({ error: 'expected a text' }).min(1, { error: 'expected a text' }).max(1024)

/** Runs one of our readers in a schema, with its own complaint. */
const readBy =
  <T>(read: (text: string) => T) =>
  (value: string, context: z.RefinementCtx): T => {
    try {
      return read(value)
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error
      const [message = ''] = error.message.split(', got ')
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    }
  }

/**
 * A digest of another algorithm than sha256 can run too, and a template is filled in when it runs: the engine then protects
 * the repository as a whole.
 */
const checkImage = (image: string): string => {
  const isDigest = /@(?!sha256:)[a-z0-9]+:[0-9a-f]{32,}$/i.test(image)
  const isRead = (isDigest || !image.includes('@')) && findReferred(image) !== undefined
  if (!isRead) parseImageName(image)
  return image
}

const workload = z.strictObject({
  cluster: text,
  kind: z
    .string({ error: 'expected a text' })
    .regex(/^[A-Z][A-Za-z0-9]*(\.[a-z0-9.-]+)?$/, 'expected a kind such as Pod'),
  namespace: z.string({ error: 'expected a text' }).max(1024),
  name: text,
  image: z.string({ error: 'expected an image name' }).transform(readBy(checkImage)),
  lastSeenAt: z.string({ error: 'expected a time' }).transform(readBy(parseTime)),
  rollback: z.boolean({ error: 'expected true or false' }).exactOptional(),
})

const usage = z.strictObject({
  complete: z.boolean({ error: 'expected true or false' }),
  workloads: z.array(workload),
})

/** What runs, from a usage file's JSON. Throws InvalidInputError that names the field, what was expected and what was given. */
export const parseUsage = (value: unknown): Usage => {
  const parsed = usage.safeParse(value)
  if (!parsed.success) throw new InvalidInputError(issueText(parsed.error, value, 'usage'))
  return parsed.data
}
