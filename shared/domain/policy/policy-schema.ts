import * as z from 'zod'

const whole = (min: number, max: number) => {
  const error = `expected a whole number from ${min} to ${max}`
  return z.int({ error }).min(min, { error }).max(max, { error })
}

const text = (max: number, what = 'a text') => {
  const error = `expected ${what} of 1 to ${max} characters`
  return z.string({ error }).min(1, { error }).max(max, { error })
}

const yesOrNo = z.boolean({ error: 'expected true or false' })

const namespaceName = text(63).regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, { error: 'expected the name of a namespace' })

const exclusion = z
  .strictObject({ name: text(253).exactOptional(), tag: text(128).exactOptional() })
  .refine(rule => rule.name !== undefined || rule.tag !== undefined, { error: 'expected name, tag or both' })

const requirement = z.strictObject({
  key: text(317),
  operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist'], { error: 'expected In, NotIn, Exists or DoesNotExist' }),
  values: z.array(z.string()).max(64).exactOptional(),
})

const selector = z.strictObject({
  matchLabels: z.record(z.string(), z.string()).exactOptional(),
  matchExpressions: z.array(requirement).max(32).exactOptional(),
})

const semver = z.strictObject({
  majorVersions: whole(1, 100).exactOptional(),
  minorVersions: whole(1, 100).exactOptional(),
  patches: whole(1, 100).exactOptional(),
})

const maxSafe = Number.MAX_SAFE_INTEGER

const spec = z
  .strictObject({
    keepRecent: whole(0, 1000).exactOptional(),
    unusedDays: whole(1, 3650).exactOptional(),
    keepDays: whole(1, 3650).exactOptional(),
    semver: semver.exactOptional(),
    schedule: text(128, 'a cron line').exactOptional(),
    timeZone: text(64, 'an IANA time zone').exactOptional(),
    namespaces: z.array(namespaceName).min(1, { error: 'expected at least one namespace' }).max(100).exactOptional(),
    selector: selector.exactOptional(),
    exclude: z.array(exclusion).max(200).default([]),
    targets: z
      .array(z.enum(['Configuration', 'NodeCache', 'RegistryArtifact']))
      .min(1, { error: 'expected at least one target' })
      .max(3)
      .default(['Configuration']),
    storageThresholdPercent: whole(1, 100).exactOptional(),
    maxDeletionsPerRun: whole(1, 100_000).default(100),
    maxDeletionPercent: whole(1, 100).default(50),
    gracePeriod: text(32, 'a duration').default('24h'),
    keepTags: z.array(text(128, 'a glob')).max(200).default([]),
    groupBy: z.string().max(256, { error: 'expected an RE2 pattern of at most 256 characters' }).exactOptional(),
    dryRun: yesOrNo.default(false),
    suspend: yesOrNo.default(false),
    startingDeadlineSeconds: whole(0, maxSafe).default(3600),
    historyLimit: whole(0, 20).default(5),
  })
  .refine(
    ({ keepRecent, unusedDays, keepDays, semver }) =>
      [keepRecent, unusedDays, keepDays, semver].some(rule => rule !== undefined),
    { error: 'expected at least one of keepRecent, unusedDays, keepDays or semver' },
  )

/** The shape, limits and defaults of the ImageCleanupPolicy CRD; whatever else a cluster puts on the object is let be. */
export const policyObjectSchema = z.object({
  apiVersion: z
    .literal('image.theriseunion.io/v1alpha1', { error: 'expected image.theriseunion.io/v1alpha1' })
    .exactOptional(),
  kind: z.literal('ImageCleanupPolicy', { error: 'expected ImageCleanupPolicy' }).exactOptional(),
  metadata: z.looseObject({ name: z.string().exactOptional(), namespace: z.string().exactOptional() }).exactOptional(),
  spec,
  status: z.unknown().exactOptional(),
})

/** An ImageCleanupPolicy object with its defaults applied, in the words of the cluster. */
export type PolicyObject = z.output<typeof policyObjectSchema>
