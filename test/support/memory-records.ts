import type { AuditEntry, RecordedChange } from '../../shared/domain/audit.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import type { ImageRecord, TagRecord } from '../../shared/domain/records/images.ts'
import { ConflictError } from '../../shared/errors.ts'
import type { NameRange, Store } from '../../shared/ports/store.ts'

interface Kept {
  readonly number: number
  readonly repository: string
  readonly change: AuditEntry
}

/**
 * The store, with tags, images and what happened to them in memory in the place of the table: a million of them are
 * written in a minute. What is gone is not put away.
 */
export function withMemoryRecords(store: Store): Store {
  const tags = new NamedRecords<TagRecord>()
  const images = new NamedRecords<ImageRecord>()
  const changes = (from: Date, to: Date): RecordedChange[] =>
    [...tags.changes(), ...images.changes()]
      .filter(({ at }) => at >= from && at <= to)
      .sort((a, b) => a.at.getTime() - b.at.getTime())
  return {
    ...store,
    listTags: async (repository, range) => tags.list(repository, range),
    findTag: async (repository, tag) => tags.find(repository, tag),
    findTags: async (repository, names) => names.flatMap(name => tags.find(repository, name) ?? []),
    listGoneTags: async () => [],
    findGoneTags: async () => [],
    putAwayTags: async () => undefined,
    saveTag: async (draft, previous) => tags.save(draft.tag, draft, previous),
    listImages: async (repository, range) => images.list(repository, range),
    findImage: async (repository, digest) => images.find(repository, digest),
    findImages: async (repository, digests) => digests.flatMap(digest => images.find(repository, digest) ?? []),
    listGoneImages: async () => [],
    findGoneImages: async () => [],
    putAwayImages: async () => undefined,
    saveImage: async (draft, previous) => images.save(draft.digest, draft, previous),
    listHistory: async (repository, digest: Digest) =>
      changes(new Date(0), new Date(8.64e15)).filter(one => one.repository === repository && one.digest === digest),
    listPast: async (repository, digest: Digest) =>
      [...tags.former, ...images.former].filter(one => one.repository === repository && one.digest === digest),
    listChanges: async (from, to) => changes(from, to),
    listPolicyChanges: async (policy, from, to) =>
      changes(from, to).filter(({ actor }) => actor === `policy ${policy}`),
  }
}

class NamedRecords<T extends Kept> {
  readonly #repositories = new Map<string, { readonly names: string[]; readonly byName: Map<string, T> }>()
  /** The entries that no record carries any more. */
  readonly former: RecordedChange[] = []

  find(repository: string, name: string): T | undefined {
    return this.#repositories.get(repository)?.byName.get(name)
  }

  list(repository: string, { after = '', upTo, limit = Number.POSITIVE_INFINITY }: NameRange = {}): T[] {
    const { names, byName } = this.#repositories.get(repository) ?? { names: [], byName: new Map<string, T>() }
    const from = after === '' ? 0 : placeOf(names, after, true)
    const to = upTo === undefined ? names.length : placeOf(names, upTo, true)
    return names.slice(from, Math.min(to, from + limit)).flatMap(name => byName.get(name) ?? [])
  }

  save(name: string, draft: Omit<T, 'number'>, previous: T | undefined): T {
    const { repository } = draft as unknown as Kept
    const all = this.#repositories.get(repository) ?? { names: [], byName: new Map<string, T>() }
    this.#repositories.set(repository, all)
    const current = all.byName.get(name)
    if (current?.number !== previous?.number) throw new ConflictError(`${name}: another write came first`, { current })
    if (current) this.former.push({ ...current.change, repository })
    else if (name > (all.names.at(-1) ?? '')) all.names.push(name)
    else all.names.splice(placeOf(all.names, name, false), 0, name)
    const record = { ...draft, number: (previous?.number ?? 0) + 1 } as unknown as T
    all.byName.set(name, record)
    return record
  }

  *changes(): Generator<RecordedChange> {
    yield* this.former
    for (const [repository, { byName }] of this.#repositories)
      for (const { change } of byName.values()) yield { ...change, repository }
  }
}

/** How many of the sorted names stand before one, or up to it. */
function placeOf(names: readonly string[], name: string, isIncluded: boolean): number {
  let [low, high] = [0, names.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const at = names[middle] ?? ''
    if (at < name || (isIncluded && at === name)) low = middle + 1
    else high = middle
  }
  return low
}
