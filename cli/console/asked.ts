import * as z from 'zod'
import { auditActions, type RecordedChange } from '../../shared/domain/audit.ts'
import { issueText } from '../../shared/domain/issue-text.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { parseSince } from '../io/since.ts'

/** Names of images and policies are far shorter. */
const longestText = 2_000
const most = { limit: 500, images: 500 }

const text = z.string().max(longestText)
const name = text.min(1)
const expectedLimit = `expected a number from 1 to ${most.limit}`
const paged = {
  cursor: name.exactOptional(),
  limit: z
    .string()
    .regex(/^\d{1,3}$/, expectedLimit)
    .transform(Number)
    .refine(limit => limit >= 1 && limit <= most.limit, expectedLimit)
    .default(100),
}

/** What may be asked, by path. */
export const queries = {
  none: z.strictObject({}),
  page: z.strictObject(paged),
  repositories: z.strictObject({ ...paged, search: text.exactOptional() }),
  repository: z.strictObject({ ...paged, name }),
  named: z.strictObject({ name }),
  runs: z.strictObject({
    ...paged,
    policy: name.exactOptional(),
    namespace: name.exactOptional(),
    since: name.exactOptional(),
  }),
  history: z.strictObject({
    ...paged,
    action: name.exactOptional(),
    image: name.exactOptional(),
    repository: name.exactOptional(),
    policy: name.exactOptional(),
    namespace: name.exactOptional(),
    since: name.exactOptional(),
    until: name.exactOptional(),
  }),
}

/** What may be posted, by path. */
export const bodies = {
  session: z.strictObject({ token: text }),
  whatIf: z.strictObject({
    policy: name,
    spec: z.record(z.string(), z.unknown()),
    cursor: paged.cursor,
    limit: paged.limit,
  }),
  restore: z.strictObject({
    images: z.array(name).max(most.images).readonly().exactOptional(),
    run: name.exactOptional(),
    dryRun: z.boolean(),
    confirm: text.exactOptional(),
  }),
  policyOrAll: z.strictObject({ policy: name.exactOptional() }),
  approve: z.strictObject({ policy: name, hash: name }),
}

/** @throws InvalidInputError that names the field, what was expected and what came */
export function parseAsked<Schema extends z.ZodType>(schema: Schema, value: unknown, whole: string): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new InvalidInputError(issueText(parsed.error, value, whole))
  return parsed.data
}

/** `marked,deleted`; undefined where nothing was asked for. */
export const actionsOf = (asked: string | undefined): readonly RecordedChange['action'][] | undefined =>
  asked === undefined ? undefined : parseAsked(z.array(z.enum(auditActions)), asked.split(','), 'action')

/** A time, a day or an age; undefined where none was asked for. */
export const timeOf = (asked: string | undefined, now: Date, field: string): Date | undefined =>
  asked === undefined ? undefined : parseSince(asked, now, field)
