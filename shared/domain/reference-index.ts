import { type Digest, isDigest } from './digest.ts'
import { parseImageName } from './image-name.ts'
import type { UsageRecord } from './records/workloads.ts'
import { everyDigest } from './usage.ts'

/** The stored references to one repository, and those by digest alone, found by what they name. */
export interface ReferenceIndex {
  /**
   * References to a digest, by itself or by one of the tags given, each once; ended ones too. `name:tag@digest` refers
   * by both (retention 3). One that means every image of the repository is a reference to each digest.
   */
  to(digest: Digest | undefined, tags: readonly string[]): readonly UsageRecord[]
}

/** Indexes records whose images are spelled as the inventory stores them. Linear, so that many images can be asked for. */
export function indexReferences(records: readonly UsageRecord[]): ReferenceIndex {
  const byName = new Map<string, UsageRecord[]>()
  for (const record of records) {
    for (const name of namesIn(record.image)) {
      const known = byName.get(name)
      if (known) known.push(record)
      else byName.set(name, [record])
    }
  }
  const named = (name: string): readonly UsageRecord[] => byName.get(name) ?? nothing
  return {
    to: (digest, tags) => {
      const byDigest = digest === undefined ? nothing : [...named(`@${digest}`), ...named(`@${everyDigest}`)]
      if (tags.length === 0) return byDigest
      return [...new Set([byDigest, ...tags.map(tag => named(`:${tag}`))].flat())]
    },
  }
}

const nothing: readonly UsageRecord[] = []

/** The tags and digests that references of now name; those of all images are none. */
export function referredNames(records: readonly UsageRecord[]): {
  readonly tags: string[]
  readonly digests: Digest[]
} {
  const names = records.filter(({ endedAt }) => endedAt === undefined).flatMap(({ image }) => namesIn(image))
  const begunWith = (sign: string) => names.filter(name => name.startsWith(sign)).map(name => name.slice(1))
  return { tags: begunWith(':'), digests: begunWith('@').filter(isDigest) }
}

function namesIn(image: string): string[] {
  const name = parseImageName(image)
  // By itself it means no repository, and not all of them.
  const hasDigest = name.digest !== undefined && !(name.repository === undefined && name.digest === everyDigest)
  return [
    ...(hasDigest ? [`@${name.digest}`] : []),
    ...('tag' in name && name.tag !== undefined ? [`:${name.tag}`] : []),
  ]
}
