import pMap from 'p-map'
import type { Digest } from '../../domain/digest.ts'
import { quoted } from '../../domain/repository-name.ts'
import { attachedSubject } from '../../domain/retention/versions/tag-kind.ts'
import { NotFoundError, UnavailableError } from '../../errors.ts'
import type { RegistryReader, RepositoryListing, Unreadable, UnreadableTag } from '../../ports/registry.ts'
import { storedName } from '../../sync/observe.ts'
import { mostAtOnce } from '../../sync/slice.ts'
import type { RepositoryWorld } from '../world/read-world.ts'
import type { DeletionGraph } from './deletion-graph.ts'

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
  readonly #children: ReadonlyMap<Digest, readonly Digest[] | undefined>
  readonly #graph: DeletionGraph
  readonly #unread: ReadonlyMap<string, Unreadable>
  /** When everything was read, it was known already that something may point anywhere: all was judged by that. */
  readonly #knewAny: boolean
  /** Why every digest stays. */
  #anything: string | undefined
  /** Why a digest stays, once that is known; kept over all looks. */
  readonly #reasons = new Map<Digest, string>()
  /** Milliseconds since 1970 until which the last look counts. */
  #countsUntil = Number.NEGATIVE_INFINITY
  #running: Promise<void> | undefined
  #following: Promise<void> | undefined

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
    this.#children = new Map(images.map(({ digest, children }) => [digest, children]))
    this.#graph = graph
    this.#unread = new Map(unreadTags.map(record => [record.tag, record]))
    this.#knewAny = unreadTags.some(({ mayReferTo }) => mayReferTo === undefined)
  }

  /**
   * Why the digest must stay; undefined when nothing new needs it. What cannot be read throws, as registries do, so that
   * nothing is deleted unseen.
   */
  async reasonToKeep(digest: Digest): Promise<string | undefined> {
    if (this.#now().getTime() > this.#countsUntil) await this.#fresh()
    return this.#reasons.get(digest) ?? this.#anything
  }

  /** A look that begins now or later. */
  #fresh(): Promise<void> {
    if (!this.#running) return this.#start()
    this.#following ??= this.#running
      .catch(() => undefined)
      .then(() => {
        this.#following = undefined
        return this.#start()
      })
    return this.#following
  }

  #start(): Promise<void> {
    const running = this.#read().finally(() => {
      if (this.#running === running) this.#running = undefined
    })
    this.#running = running
    return running
  }

  async #read(): Promise<void> {
    const begunAt = this.#now().getTime()
    const { tags: listed, unreadable = [] } = await this.#list()
    const endedAt = this.#now().getTime()
    for (const { name, unreadable: why } of unreadable)
      if (!this.#unread.has(storedName(name))) await this.#keepNamed(storedName(name), { unreadable: why })
    const asksKnown = (tag: string) =>
      listed.length <= maxKnownAsked || (listed.length > mostAtOnce && this.#movers.has(tag))
    await pMap(
      listed,
      async ({ tag, digest }) => {
        const before = this.#tags.get(tag)
        const isKnown = before !== undefined || this.#unread.has(tag)
        if (isKnown && digest === undefined && !asksKnown(tag)) return
        const now = digest ?? (await this.#find(tag))
        if (now === undefined || now === before) return
        if (typeof now === 'object') return this.#keepNamed(tag, now)
        await this.#keep(now, `tag ${tag} points at it now`)
        const subject = attachedSubject(tag)
        if (subject !== undefined) await this.#keep(subject, `tag ${tag} refers to it now`)
      },
      { concurrency },
    )
    // A list of so many names takes so long that what it says may be as old, when its last page is read, as it took.
    if (listed.length > mostAtOnce) this.#countsUntil = 2 * endedAt - begunAt
  }

  /** One that failed before, and was judged by that, may fail again. */
  async #find(tag: string): Promise<Digest | UnreadableTag | undefined> {
    try {
      return await this.#reader.findTag(this.#path, tag)
    } catch (error) {
      if (!(error instanceof UnavailableError) || !this.#unread.has(tag)) throw error
      return { unreadable: error.message }
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
    for (const digest of mayReferTo ?? [])
      if (this.#children.has(digest)) await this.#keep(digest, `tag ${name}, which cannot be read, may point at it`)
  }

  #keepAll(reason: string): void {
    if (!this.#knewAny) this.#anything ??= reason
  }

  async #below(digest: Digest): Promise<readonly Digest[] | undefined> {
    const manifest = await this.#reader.findManifest(this.#path, digest)
    if (!manifest || !('unreadable' in manifest)) return manifest?.children
    if (manifest.mayReferTo === undefined)
      this.#keepAll(`${digest}, to which a tag was added, may refer to it and cannot be read: ${manifest.unreadable}`)
    // Layers are named too: only what is known here could be deleted.
    return manifest.mayReferTo?.filter(one => this.#children.has(one))
  }

  /** The digest, what is below it, what it refers to and what refers to it, through any depth: those stay together. */
  async #keep(top: Digest, reason: string): Promise<void> {
    const pending: [Digest, string][] = [[top, reason]]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const [digest, why] = next
      if (this.#reasons.has(digest)) continue
      const below = this.#children.get(digest) ?? (await this.#below(digest))
      this.#reasons.set(digest, why)
      for (const child of below ?? []) pending.push([child, `index ${digest}, to which a tag was added, holds it`])
      for (const subject of this.#graph.subjects(digest))
        pending.push([subject, `its referrer ${digest}, to which a tag was added, stays`])
      // Where the subject was not known, nothing else holds back what is about it.
      for (const referrer of this.#graph.referrers(digest))
        pending.push([referrer, `its subject ${digest}, to which a tag was added, stays`])
    }
  }
}

function moversOf(tags: RepositoryWorld['tags']): ReadonlySet<string> {
  const moved = tags.flatMap(({ tag, movedAt }) => (movedAt ? [{ tag, movedAt }] : []))
  moved.sort((a, b) => b.movedAt.getTime() - a.movedAt.getTime())
  return new Set(moved.slice(0, maxKnownAsked).map(({ tag }) => tag))
}
