import { setImmediate as nextTurn } from 'node:timers/promises'
import pMap from 'p-map'
import type { Digest } from '../../domain/digest.ts'
import { quoted } from '../../domain/repository-name.ts'
import { attachedSubject } from '../../domain/retention/versions/tag-kind.ts'
import { SharedRuns } from '../../domain/shared-runs.ts'
import { NotFoundError, UnavailableError } from '../../errors.ts'
import type { ListedTag, RegistryReader, RepositoryListing, Unreadable } from '../../ports/registry.ts'
import { storedName } from '../../sync/observe.ts'
import { mostAtOnce } from '../../sync/slice.ts'
import type { DeletionGraph } from '../world/deletion-graph.ts'
import type { RepositoryWorld } from '../world/read-world.ts'

/**
 * Where a registry lists names alone, a look asks for every known tag too only up to this many; new names always. Of a
 * large repository, whose look may be hours old, those are asked for that moved before, as `latest` does.
 */
const maxKnownAsked = 100
const concurrency = 32

/**
 * The look right before a digest is deleted: whether a tag came to it, to an index that holds it or to a referrer of
 * it, since everything was read. Many workers that ask at the same time share one look, but never one that began before
 * they asked, so that it costs about one request for each group of deletes. A list of many pages, whose first is old
 * when its last is read, counts for as long again.
 */
export class TagRecheck {
  readonly #path: string
  readonly #reader: RegistryReader
  readonly #now: () => Date
  readonly #tags: ReadonlyMap<string, Digest>
  /** Those that moved last: they are the likeliest to move again. */
  readonly #movers: ReadonlySet<string>
  readonly #images: ReadonlyMap<Digest, RepositoryWorld['images'][number]>
  readonly #graph: DeletionGraph
  readonly #unread: ReadonlyMap<string, Unreadable>
  /** When everything was read, a tag that may point anywhere was known already, and all was judged by that. */
  readonly #knewAny: boolean
  /** Why every digest stays. */
  #anything: string | undefined
  /** Why a digest stays, once that is known; kept over all looks. */
  readonly #reasons = new Map<Digest, string>()
  /** Milliseconds since 1970 until which the last look counts. */
  #countsUntil = Number.NEGATIVE_INFINITY
  /** Workers that began together ask one after the other. */
  readonly #looks = new SharedRuns(() => nextTurn())

  /** `graph` is that of the same world. */
  constructor(
    { tags, images, unreadTags }: Pick<RepositoryWorld, 'tags' | 'images' | 'unreadTags'>,
    graph: DeletionGraph,
    { path, reader, now }: { readonly path: string; readonly reader: RegistryReader; readonly now: () => Date },
  ) {
    this.#path = path
    this.#reader = reader
    this.#now = now
    this.#tags = new Map(tags.map(({ tag, digest }) => [tag, digest]))
    this.#movers = moversOf(tags)
    this.#images = new Map(images.map(image => [image.digest, image]))
    this.#graph = graph
    this.#unread = new Map(unreadTags.map(record => [record.tag, record]))
    this.#knewAny = unreadTags.some(({ mayReferTo }) => mayReferTo === undefined)
  }

  /**
   * Why the digest must stay; undefined when nothing new needs it. What cannot be read throws, as registries do, so that
   * nothing is deleted unseen.
   */
  async reasonToKeep(digest: Digest): Promise<string | undefined> {
    if (this.#now().getTime() > this.#countsUntil) await this.#looks.fresh(() => this.#read())
    return this.#reasons.get(digest) ?? this.#anything
  }

  async #read(): Promise<void> {
    const begunAt = this.#now().getTime()
    const { tags: listed, unreadable = [] } = await this.#list()
    const endedAt = this.#now().getTime()
    for (const { name, unreadable: why } of unreadable)
      if (!this.#unread.has(storedName(name))) await this.#keepNamed(storedName(name), { unreadable: why })
    const asksKnown = (tag: string) =>
      listed.length <= maxKnownAsked || (listed.length > mostAtOnce && this.#movers.has(tag))
    const look = async ({ tag, digest }: ListedTag) => {
      const before = this.#tags.get(tag)
      const isKnown = before !== undefined || this.#unread.has(tag)
      if (isKnown && digest === undefined && !asksKnown(tag)) return
      const now = digest ?? (await this.#reader.findTag(this.#path, tag))
      if (now === undefined || now === before) return
      if (typeof now === 'object') return this.#keepNamed(tag, now)
      await this.#keep([now], `tag ${tag} points at it now`)
      const subject = attachedSubject(tag)
      if (subject !== undefined) await this.#keep([subject], `tag ${tag} refers to it now`)
    }
    await pMap(listed, one => this.#orJudged(one.tag, () => look(one)), { concurrency })
    // A list of so many names takes so long that what it says may be as old, when its last page is read, as it took.
    if (listed.length > mostAtOnce) this.#countsUntil = 2 * endedAt - begunAt
  }

  /** One that failed before may fail again: the judgement took that into account. */
  async #orJudged(tag: string, look: () => Promise<void>): Promise<void> {
    try {
      await look()
    } catch (error) {
      if (!(error instanceof UnavailableError) || !this.#unread.has(tag)) throw error
      await this.#keepNamed(tag, { unreadable: error.message })
    }
  }

  async #list(): Promise<Pick<RepositoryListing, 'tags' | 'unreadable'>> {
    try {
      return await this.#reader.listRepository(this.#path)
    } catch (error) {
      // The last digest of a repository may have taken the repository with it.
      if (error instanceof NotFoundError) return { tags: [] }
      throw error
    }
  }

  /** What a tag, or a name, may lead to that cannot be read. */
  async #keepNamed(name: string, { unreadable, mayReferTo }: Unreadable): Promise<void> {
    if (mayReferTo === undefined) this.#keepAll(`${quoted(name)} may point at it, which cannot be read: ${unreadable}`)
    await this.#keep(mayReferTo ?? [], `tag ${name}, which cannot be read, may point at it`)
  }

  #keepAll(reason: string): void {
    if (!this.#knewAny) this.#anything ??= reason
  }

  async #below(digest: Digest): Promise<readonly Digest[]> {
    const known = this.#images.get(digest)
    if (known?.children) return known.children
    if (known?.mediaType !== undefined && known.unreadable === undefined) return []
    const manifest = await this.#reader.findManifest(this.#path, digest)
    if (!manifest || !('unreadable' in manifest)) return manifest?.children ?? []
    if (manifest.mayReferTo === undefined)
      this.#keepAll(`${digest}, to which a tag was added, may refer to it and cannot be read: ${manifest.unreadable}`)
    return manifest.mayReferTo ?? []
  }

  /**
   * The digests, what is below them, what they refer to and what refers to them, through any depth: those stay together.
   * What is not known is read: a good index that something odd names holds back what it holds. Where that fails all is
   * read again by the next look.
   */
  async #keep(tops: readonly Digest[], reason: string): Promise<void> {
    const kept = new Map<Digest, string>()
    for (let step = because(tops, reason); step.length > 0; ) {
      const fresh = [...new Map(step.filter(([digest]) => !kept.has(digest) && !this.#reasons.has(digest)))]
      const below = await pMap(fresh, ([digest]) => this.#below(digest), { concurrency })
      for (const [digest, why] of fresh) kept.set(digest, why)
      step = fresh.flatMap(([digest], at) => [
        ...because(below[at] ?? [], `index ${digest}, to which a tag was added, holds it`),
        ...because(this.#graph.subjects(digest), `its referrer ${digest}, to which a tag was added, stays`),
        // Where the subject was not known, nothing else holds back what is about it.
        ...because(this.#graph.referrers(digest), `its subject ${digest}, to which a tag was added, stays`),
      ])
    }
    for (const [digest, why] of kept) this.#reasons.set(digest, why)
  }
}

const because = (digests: readonly Digest[], why: string): (readonly [Digest, string])[] =>
  digests.map(digest => [digest, why])

function moversOf(tags: RepositoryWorld['tags']): ReadonlySet<string> {
  const moved = tags.flatMap(({ tag, movedAt }) => (movedAt ? [{ tag, movedAt }] : []))
  moved.sort((a, b) => b.movedAt.getTime() - a.movedAt.getTime())
  return new Set(moved.slice(0, maxKnownAsked).map(({ tag }) => tag))
}
