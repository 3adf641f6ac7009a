import * as z from 'zod'
import { policyProtectionFields, saysAny, tagRuleFieldNames, tagRuleFields } from '../retention/rules.ts'
import { text, whole } from './field-schemas.ts'

const yesOrNo = z.boolean({ error: 'expected true or false' })

const namespaceName = text(63).regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, { error: 'expected the name of a namespace' })

const requirement = z
  .strictObject({
    key: text(317),
    operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist'], {
      error: 'expected In, NotIn, Exists or DoesNotExist',
    }),
    values: z.array(z.string()).max(64).exactOptional(),
  })
  // As in Kubernetes: NotIn of nothing would select everything, and Exists would pass over the values that were meant.
  .refine(({ operator, values = [] }) => (operator === 'In' || operator === 'NotIn') === values.length > 0, {
    path: ['values'],
    error: 'expected values with In and NotIn, and none with Exists and DoesNotExist',
  })

/** A list that the cluster takes as a set. */
const inSet = <T>(list: readonly T[]): boolean => new Set(list).size === list.length

const selector = z.strictObject({
  matchLabels: z.record(z.string(), z.string()).exactOptional(),
  matchExpressions: z.array(requirement).max(32).exactOptional(),
})

const groupBy = z.string().max(256, { error: 'expected an RE2 pattern of at most 256 characters' }).exactOptional()

const keepRules = [tagRuleFieldNames.slice(0, -1).join(', '), tagRuleFieldNames.at(-1)].join(' or ')

const tagRule = z
  .strictObject({
    tags: z.array(text(128, 'a glob')).min(1, { error: 'expected at least one glob' }).max(100).exactOptional(),
    untagged: yesOrNo.exactOptional(),
    ...tagRuleFields,
    groupBy,
  })
  .refine(rule => rule.tags !== undefined || rule.untagged === true, {
    error: 'expected tags, untagged: true or both',
  })
  .refine(saysAny, { error: `expected at least one of ${keepRules}` })

const maxSafe = Number.MAX_SAFE_INTEGER

const spec = z
  .strictObject({
    ...tagRuleFields,
    groupBy,
    rules: z
      .array(tagRule)
      .min(1, { error: 'expected at least one rule' })
      .max(50, { error: 'expected at most 50 rules' })
      .exactOptional(),
    ...policyProtectionFields,
    schedule: text(128, 'a cron line').exactOptional(),
    timeZone: text(64, 'an IANA time zone').exactOptional(),
    namespaces: z
      .array(namespaceName)
      .min(1, { error: 'expected at least one namespace' })
      .max(100)
      .refine(inSet, { error: 'expected each namespace once' })
      .exactOptional(),
    selector: selector.exactOptional(),
    targets: z
      .array(z.enum(['Configuration', 'NodeCache', 'RegistryArtifact']))
      .min(1, { error: 'expected at least one target' })
      .max(3)
      .refine(inSet, { error: 'expected each target once' })
      .default(['Configuration']),
    action: z.enum(['Delete', 'Archive'], { error: 'expected Delete or Archive' }).default('Delete'),
    archive: z.enum(['manifests', 'layers'], { error: 'expected manifests or layers' }).default('manifests'),
    storageThresholdPercent: whole(1, 100).exactOptional(),
    maxDeletionsPerRun: whole(1, 100_000).default(100),
    maxDeletionPercent: whole(1, 100).default(50),
    dryRun: yesOrNo.default(false),
    suspend: yesOrNo.default(false),
    startingDeadlineSeconds: whole(0, maxSafe).default(3600),
    historyLimit: whole(0, 20).default(5),
  })
  .refine(said => saysAny(said) || said.rules !== undefined, {
    error: `expected at least one of ${keepRules}, or rules`,
  })
  .refine(({ archive, targets }) => archive !== 'layers' || targets.includes('RegistryArtifact'), {
    path: ['archive'],
    error: 'expected layers only with RegistryArtifact among the targets',
  })
  .refine(({ action, targets }) => action !== 'Archive' || targets.includes('RegistryArtifact'), {
    path: ['action'],
    error: 'expected Archive only with RegistryArtifact among the targets',
  })
  .refine(({ action, archive }) => action !== 'Archive' || archive !== 'layers', {
    path: ['archive'],
    error: 'expected manifests with action Archive, under which the registry itself keeps the layers',
  })
  .refine(({ action, storageThresholdPercent }) => action !== 'Archive' || storageThresholdPercent === undefined, {
    path: ['storageThresholdPercent'],
    error: 'expected none with action Archive, which frees nothing',
  })

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

/** An ImageCleanupPolicy object with its defaults applied, with the cluster's names for its fields. */
export type PolicyObject = z.output<typeof policyObjectSchema>
