import * as z from 'zod'
import { issueText } from '../issue-text.ts'
import { findJson } from '../json.ts'
import { quotedWithin } from '../repository-name.ts'
import type { RuledImage } from './taking.ts'

/** A cleanup policy of Artifact Registry, as far as it is about one package. */
export interface CleanupPolicy {
  /** `the cleanup policy "old ones"` */
  readonly name: string
  readonly action: 'delete' | 'keep'
  /** True for the images that it is about whatever their age; for all where that is not understood. */
  readonly selects: (image: RuledImage) => boolean
  readonly does: CleanupCondition | { readonly newest: number } | { readonly problem: string }
}

/** Ages between which an image is meant; absent: from the beginning, for ever. */
export interface CleanupCondition {
  readonly olderThanMs?: number
  readonly newerThanMs?: number
}

const maxShown = 60
const prefixes = z.array(z.string()).default([])
const seconds = z
  .string()
  .regex(/^\d{1,12}(\.\d{1,9})?s$/, 'expected a number of seconds, such as 86400s')
  .transform(text => Number.parseFloat(text) * 1_000)
const condition = z.strictObject({
  tagState: z.enum(['TAG_STATE_UNSPECIFIED', 'TAGGED', 'UNTAGGED', 'ANY']).default('ANY'),
  tagPrefixes: prefixes,
  versionNamePrefixes: prefixes,
  packageNamePrefixes: prefixes,
  olderThan: seconds.exactOptional(),
  newerThan: seconds.exactOptional(),
})
const policy = z.strictObject({
  id: z.string().exactOptional(),
  action: z.enum(['DELETE', 'KEEP']),
  condition: condition.exactOptional(),
  mostRecentVersions: z
    .strictObject({ packageNamePrefixes: prefixes, keepCount: z.int().min(0).default(0) })
    .exactOptional(),
})
const texts = z.object({
  /** The name of the package, unescaped. */
  package: z.string(),
  cleanupPolicies: z.record(z.string(), z.unknown()).default({}),
  cleanupPolicyDryRun: z.boolean().default(false),
})

/**
 * The policies in the text `{"package": …, "cleanupPolicies": …, "cleanupPolicyDryRun": …}` that are about the package; none
 * where they are tried alone. One that is not understood has a problem, and may delete; so has a text that is none.
 *
 * @see https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories#cleanuppolicy
 */
export function parseCleanup(text: string): CleanupPolicy[] {
  const parsed = texts.safeParse(findJson(text))
  if (!parsed.success) return [unclear('the cleanup policy', issueText(parsed.error, findJson(text), 'policies'))]
  const { cleanupPolicies, cleanupPolicyDryRun, package: name } = parsed.data
  return cleanupPolicyDryRun ? [] : Object.entries(cleanupPolicies).flatMap(([id, said]) => policyOf(id, said, name))
}

const unclear = (name: string, problem: string): CleanupPolicy => ({
  name,
  action: 'delete',
  selects: () => true,
  does: { problem },
})

function policyOf(id: string, said: unknown, packageName: string): CleanupPolicy[] {
  const name = `the cleanup policy ${quotedWithin(id, maxShown)}`
  const parsed = policy.safeParse(said)
  if (!parsed.success) return [unclear(name, issueText(parsed.error, said, 'policy'))]
  const { condition: meant, mostRecentVersions: newest } = parsed.data
  const action = parsed.data.action === 'KEEP' ? 'keep' : 'delete'
  if (meant && !newest) {
    if (!isAbout(packageName, meant.packageNamePrefixes)) return []
    const { olderThan, newerThan } = meant
    const ages = {
      ...(olderThan !== undefined && { olderThanMs: olderThan }),
      ...(newerThan !== undefined && { newerThanMs: newerThan }),
    }
    return [{ name, action, selects: selectorOf(meant), does: ages }]
  }
  if (!newest || meant || action !== 'keep')
    return [unclear(name, 'expected a condition, or a number of versions to keep')]
  if (!isAbout(packageName, newest.packageNamePrefixes)) return []
  return [{ name, action, selects: () => true, does: { newest: newest.keepCount } }]
}

/** A slash in a name is escaped in its API; which of both a prefix is compared with nothing says. */
const isAbout = (name: string, wanted: readonly string[]): boolean =>
  wanted.length === 0 || wanted.some(prefix => name.startsWith(prefix) || encodeURIComponent(name).startsWith(prefix))

function selectorOf({
  tagState,
  tagPrefixes,
  versionNamePrefixes,
}: z.infer<typeof condition>): CleanupPolicy['selects'] {
  const isOneOf = (text: string, wanted: readonly string[]) =>
    wanted.length === 0 || wanted.some(prefix => text.startsWith(prefix))
  return ({ digest, tags }) => {
    if (tagState === 'TAGGED' && tags.length === 0) return false
    if (tagState === 'UNTAGGED' && tags.length > 0) return false
    if (tagPrefixes.length > 0 && !tags.some(tag => isOneOf(tag, tagPrefixes))) return false
    return isOneOf(digest, versionNamePrefixes)
  }
}
