import * as z from 'zod'
import { parseLifecyclePolicy } from './ecr-lifecycle.ts'
import { ecrTakings } from './ecr-takings.ts'
import { parseCleanup } from './google-cleanup.ts'
import { googleTakings } from './google-takings.ts'
import { parseHarborRetention } from './harbor-retention.ts'
import { harborTakings } from './harbor-takings.ts'
import { parseAutoprune } from './quay-autoprune.ts'
import { quayTakings } from './quay-takings.ts'
import type { RuledImage, RuleReport, TakingContext } from './taking.ts'

export const registryRuleKinds = ['ecr-lifecycle', 'harbor-retention', 'quay-autoprune', 'google-cleanup'] as const

/**
 * The rules by which a registry deletes in a repository by itself, in its own words: what a later version understands of
 * them it then need not read again.
 */
export const registryRules = z.strictObject({ kind: z.enum(registryRuleKinds), text: z.string() })
export type RegistryRules = z.infer<typeof registryRules>

/**
 * What the rules do with the images of a repository, whatever their order. `path` is that of the repository, without a host.
 * Rules of a kind that this version does not know may take anything.
 */
export function takingsOf(
  { kind, text }: RegistryRules,
  path: string,
  images: readonly RuledImage[],
  context: TakingContext,
): RuleReport {
  if (kind === 'ecr-lifecycle') return ecrTakings(parseLifecyclePolicy(text), images, context)
  if (kind === 'harbor-retention') return harborTakings(parseHarborRetention(text, path), images, context)
  if (kind === 'quay-autoprune') return quayTakings(parseAutoprune(text), images, context)
  if (kind === 'google-cleanup') return googleTakings(parseCleanup(text), images, context)
  const problem = `rules of the kind ${kind as string} are not understood and may take it`
  return { takings: new Map(), unclear: new Map(images.map(({ digest }) => [digest, problem])) }
}

/**
 * Why the registry refuses to delete what these tags are on, as far as its rules say so; undefined where they do not. That
 * tags of ECR are immutable holds no delete. `path` as above.
 */
export function lockOf({ kind, text }: RegistryRules, path: string): (tags: readonly string[]) => string | undefined {
  if (kind !== 'harbor-retention') return () => undefined
  const { isImmutable } = parseHarborRetention(text, path)
  return tags => {
    const tag = tags.find(one => isImmutable({ tags: [one] }))
    return tag === undefined ? undefined : `a rule of its Harbor project makes tag ${tag} immutable`
  }
}
