import type { Digest } from '../../shared/domain/digest.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import { takingsOf } from '../../shared/domain/registry-rules/registry-rules.ts'
import { ruledImagesOf } from '../../shared/domain/registry-rules/ruled-images.ts'
import { runText, takingText } from '../../shared/domain/registry-rules/taking.ts'
import type { RepositoryWorld } from '../../shared/sweep/world/read-world.ts'

/**
 * What the registry's own rules do with an image, with its date and who runs it; how far that is not known; nothing where
 * no rule takes it, or none were asked for. `usedBy` are the lines of the explanation that name who refers to it.
 */
export function registryRuleLines(
  digest: Digest,
  { record, images, tags }: Pick<RepositoryWorld, 'record' | 'images' | 'tags'>,
  usedBy: readonly string[],
  now: Date,
): string[] {
  if (!record?.registryRules) return []
  const { refused, rules, readAt } = record.registryRules
  if (refused) return [`the registry's own rules may not be read: ${refused.message}`]
  if (!rules) return []
  const { takings, unclear } = takingsOf(rules, record.path, ruledImagesOf(images, tags), { now, isIncomplete: false })
  const taking = takings.get(digest)
  const why = unclear.get(digest)
  const lines = [
    ...(taking ? [`${takingText(taking, now)}${usedBy.length > 0 ? `, and ${runText(usedBy.map(nameOf))}` : ''}`] : []),
    ...(why === undefined ? [] : [why]),
  ]
  return lines.map(line => `${line} (rules as of ${secondsOf(readAt)})`)
}

/** Without since when it was seen. */
const nameOf = (line: string): string => line.replace(/, seen since \S+$/, '')
