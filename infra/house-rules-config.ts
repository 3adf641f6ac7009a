import * as z from 'zod'

const keyArn = z
  .string()
  .regex(
    /^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key\/[-a-zA-Z0-9]+$/,
    'expected the ARN of a KMS key, not of an alias',
  )

/** Those that CloudWatch Logs takes. */
const logDays: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]

const tagText = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u, 'expected letters, digits, spaces and _ . : / = + - @')

/** What an organisation asks of everything that is deployed in its accounts; without a rule CloudFormation's own default holds. */
export const houseRules = z.strictObject({
  /** The managed policy that bounds every role. */
  permissionsBoundary: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy\/.+$/, 'expected the ARN of a managed policy')
    .optional(),
  /** The path of every role: `/platform/`. A change of it makes all roles anew. */
  rolePath: z
    .string()
    .max(512)
    .regex(/^\/([!-.0-~]+\/)*$/, 'expected a path that begins and ends in a slash')
    .optional(),
  /** On everything that takes tags. */
  tags: z
    .record(tagText(128).min(1), tagText(256))
    .refine(tags => Object.keys(tags).length <= 40, 'expected at most 40 tags')
    .refine(
      tags => !Object.keys(tags).some(key => key.toLowerCase().startsWith('aws:')),
      'expected keys that do not begin with aws:',
    )
    .default({}),
  /** Encrypts table, archive, queues, topic, logs and the environment of functions, in place of keys of AWS. */
  kmsKey: keyArn.optional(),
  /** The keys of secrets that the settings name, where these are not encrypted with `kmsKey` or the key of Secrets Manager. */
  secretKmsKeys: z.array(keyArn).default([]),
  /** So long logs are kept; default 90. */
  logRetentionDays: z
    .int()
    .refine(days => logDays.includes(days), `expected one of ${logDays.join(', ')}`)
    .optional(),
})

export type HouseRules = z.infer<typeof houseRules>
