import { isDigest } from '../../shared/domain/digest.ts'
import type { Violation } from './violation.ts'
import type { World } from './world.ts'

/** What led to it: the operations about the digest and its repository, and the audit trail that the product kept. */
export async function tellViolation({ journal, estate, books }: World, violation: Violation): Promise<string> {
  const { what, repository, digest } = violation
  const path = books.find(book => book.id === repository)?.path
  const words = [...new Set([...(digest ? [digest] : []), ...(what.match(/sha256:[0-9a-f]{64}/g) ?? [])])]
  const lines = [what]
  if (words.length > 0) lines.push('what was done with it:', ...indented(journal.about(words)))
  if (path !== undefined) lines.push(`the last of ${path}:`, ...indented(journal.about([path], 15)))
  lines.push('policies:', ...indented(journal.about(['policy ', 'planner:'], 30)))
  const objects = await estate.clusters[0].listObjects('ImageCleanupPolicy')
  lines.push(
    'policies now:',
    ...indented(objects.map(({ metadata, spec }) => `${metadata.name} ${JSON.stringify(spec)}`)),
  )
  if (repository !== undefined && digest !== undefined && isDigest(digest)) {
    const history = await estate.store.listHistory(repository, digest)
    const entries = history.map(
      ({ at, actor, action, tag = '', runId = '', reason }) =>
        `${at.toISOString()} ${actor} ${action} ${tag} ${runId} ${reason}`,
    )
    lines.push('audit trail:', ...indented(entries))
    lines.push('as the store has it:', ...indented([JSON.stringify(await estate.store.findImage(repository, digest))]))
  }
  return lines.join('\n')
}

const indented = (lines: readonly string[]): string[] => lines.map(line => `  ${line}`)
