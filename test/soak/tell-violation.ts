import { type Digest, isDigest } from '../../shared/domain/digest.ts'
import type { BookedManifest } from './registry-book.ts'
import type { Violation } from './violation.ts'
import type { World } from './world.ts'

/** What led to it: the operations about the digest and its repository, and the audit trail that the product kept. */
export async function tellViolation(world: World, violation: Violation): Promise<string> {
  const { journal, estate, books } = world
  const { what, repository, digest } = violation
  const path = books.find(book => book.id === repository)?.path
  const words = [...new Set([...(digest ? [digest] : []), ...(what.match(/sha256:[0-9a-f]{64}/g) ?? [])])]
  const lines = [what]
  if (words.length > 0) lines.push('what was done with it:', ...indented(journal.about(words)))
  if (path !== undefined)
    lines.push('odd there:', ...indented((world.faults.odd.get(path) ?? []).map(odd => JSON.stringify(odd))))
  if (path !== undefined)
    lines.push(`the last of ${path}:`, ...indented(journal.about([`${path}@`, `${path}:`, `${path} `], 25)))
  lines.push('policies:', ...indented(journal.about(['policy ', 'planner:'], 30)))
  const objects = await estate.clusters[0].listObjects('ImageCleanupPolicy')
  lines.push(
    'policies now:',
    ...indented(objects.map(({ metadata, spec }) => `${metadata.namespace}/${metadata.name} ${JSON.stringify(spec)}`)),
  )
  if (repository !== undefined && digest !== undefined && isDigest(digest)) {
    const history = await estate.store.listHistory(repository, digest)
    const entries = history.map(
      ({ at, actor, action, tag = '', runId = '', reason }) =>
        `${at.toISOString()} ${actor} ${action} ${tag} ${runId} ${reason}`,
    )
    lines.push('audit trail:', ...indented(entries))
    lines.push('as the store has it, with its kin:', ...indented(await kinOf(world, repository, digest)))
    const tags = (await estate.store.listTags(repository)).filter(tag => tag.digest === digest)
    lines.push('its tags:', ...indented(tags.map(tag => JSON.stringify(tag))))
  }
  if (repository !== undefined)
    lines.push('its syncs:', ...indented((await estate.store.listSyncs(repository)).map(sync => JSON.stringify(sync))))
  return lines.join('\n')
}

/** The image, the indexes above it, what it is about and what is about it, as far as the store knows. */
async function kinOf({ estate, books }: World, repository: string, digest: Digest): Promise<string[]> {
  const book = books.find(one => one.id === repository)
  const images = await estate.store.listImages(repository)
  const own = images.find(image => image.digest === digest)
  const subjects = book?.manifests.get(digest) ? book.namedSubjectsOf(book.manifests.get(digest) as BookedManifest) : []
  return images
    .filter(
      image =>
        image === own ||
        image.subject === digest ||
        image.children?.includes(digest) ||
        own?.children?.includes(image.digest) ||
        subjects.includes(image.digest),
    )
    .map(({ blobs: _, platform: _p, ...image }) => {
      const there = book?.manifests.has(image.digest) ? 'in the registry' : 'not in the registry'
      return `${there}, tags ${book?.tagsOf(image.digest).join(' ') || 'none'}: ${JSON.stringify(image)}`
    })
}

const indented = (lines: readonly string[]): string[] => lines.map(line => `  ${line}`)
