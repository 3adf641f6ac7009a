import { type Digest, isDigest } from '../../../domain/digest.ts'
import { quoted } from '../../../domain/repository-name.ts'
import { referrersTag } from '../../../domain/retention/versions/tag-kind.ts'
import type {
  Referrer,
  ReferrersOptions,
  RegistryReader,
  RepositoryListing,
  ToldManifest,
  UnreadableTag,
} from '../../../ports/registry.ts'
import type { OciSession } from '../oci/oci-session.ts'
import { listReferrers, mergeReferrers } from '../oci/referrers.ts'
import { listTags } from '../oci/tag-list.ts'
import { notTold, OwnApi } from '../own-api.ts'
import { type ArtifactList, artifactDetails, listArtifacts } from './artifact-list.ts'
import { asReferrer, describeArtifact } from './describe-artifact.ts'
import { findHarborAnswer, harborPlaceOf } from './harbor-api.ts'
import { type HarborArtifact, parseArtifact } from './harbor-artifact.ts'
import { hiddenAccessoriesOf, isPlaced, listingOf } from './harbor-listing.ts'

/** The artifacts of a Harbor as its own API tells of them; whatever that does not tell this credential is `notTold`. */
export class HarborArtifacts {
  readonly #session: OciSession
  readonly #plain: Pick<RegistryReader, 'listRepository'>
  readonly #api: OwnApi
  /** What accessories are about, by their repository: none says it of itself. */
  readonly #subjects = new Map<string, Map<Digest, Digest>>()
  /** The immutable tags of repositories of which a list was read. */
  readonly #immutable = new Map<string, ReadonlySet<string>>()

  /** `isThere`: whether there is a Harbor, where that is not known by the settings. */
  constructor(
    session: OciSession,
    plain: Pick<RegistryReader, 'listRepository'>,
    isThere: () => Promise<boolean> = async () => true,
  ) {
    this.#session = session
    this.#plain = plain
    this.#api = new OwnApi(isThere)
  }

  /** @throws NotFoundError for a repository that is not there, of which Harbor itself lists no artifacts */
  async list(repository: string): Promise<RepositoryListing | typeof notTold> {
    const list = await this.#ask(repository, 'list', place => listArtifacts(this.#session, place, repository))
    if (list === notTold) return notTold
    if (list.artifacts.size + list.odd.length === 0) await this.#plain.listRepository(repository)
    const hidden = hiddenAccessoriesOf(list)
    this.#immutable.set(repository, immutableTagsOf(list))
    this.#subjects.set(repository, new Map([...hidden].map(([digest, { subject }]) => [digest, subject])))
    const { tags } = hidden.size === 0 ? { tags: [] } : await listTags(this.#session, repository)
    return listingOf(list, hidden, tags)
  }

  /** True where a list of the repository was read. */
  hasListed(repository: string): boolean {
    return this.#immutable.has(repository)
  }

  /** As the last list said. */
  isImmutable(repository: string, tag: string): boolean {
    return this.#immutable.get(repository)?.has(tag) ?? false
  }

  async findTag(repository: string, tag: string): Promise<Digest | UnreadableTag | typeof notTold | undefined> {
    const answer = await this.#ask(repository, 'read', ({ path }) =>
      findHarborAnswer(this.#session, `${path}/artifacts/${tag}`, repository),
    )
    if (answer === notTold || answer === undefined) return answer
    const digest = digestIn(answer.json)
    return isDigest(digest) ? digest : { unreadable: `expected a sha256 digest from Harbor, got ${quoted(digest)}` }
  }

  /** An artifact by its digest or a tag. */
  find(repository: string, reference: string): Promise<HarborArtifact | typeof notTold | undefined> {
    return this.#ask(repository, 'read', async ({ path }) => {
      const answer = await findHarborAnswer(
        this.#session,
        `${path}/artifacts/${reference}?${artifactDetails}`,
        repository,
      )
      return answer && (parseArtifact(answer.json) ?? notTold)
    })
  }

  async describe(repository: string, digest: Digest): Promise<ToldManifest | undefined> {
    const found = await this.find(repository, digest)
    if (found === undefined) return undefined
    const subject = this.#subjects.get(repository)?.get(digest)
    if (found === notTold || (subject === undefined && !isPlaced(found, undefined))) return 'untold'
    for (const accessory of found.accessories) this.#remember(repository, accessory.digest, digest)
    const referrers = this.hasListed(repository) ? [] : await this.#referrersByTag(repository, digest)
    return describeArtifact(found, { subject, referrers }) ?? 'untold'
  }

  /** From all three places: accessories, the referrers API, which counts no pull, and the tag schema. */
  async listReferrers(
    repository: string,
    digest: Digest,
    options: ReferrersOptions = {},
  ): Promise<readonly Referrer[]> {
    const found = await this.find(repository, digest)
    if (found === notTold) return listReferrers(this.#session, repository, digest, options)
    const { hasReferrersTag = true, isBestEffort = false } = options
    const [byApi, byTag] = await Promise.all([
      isBestEffort ? [] : listReferrers(this.#session, repository, digest, { hasReferrersTag: false }),
      hasReferrersTag ? this.#referrersByTag(repository, digest) : [],
    ])
    return mergeReferrers([...byApi, ...(found?.accessories ?? []).map(asReferrer), ...byTag])
  }

  async #referrersByTag(repository: string, digest: Digest): Promise<readonly Referrer[]> {
    const index = await this.find(repository, referrersTag(digest))
    if (index === notTold) return listReferrers(this.#session, repository, digest, { isBestEffort: true })
    const children = index?.told?.children ?? []
    return Promise.all(children.map(child => this.#asReferrer(repository, child.digest)))
  }

  async #asReferrer(repository: string, digest: Digest): Promise<Referrer> {
    const found = await this.find(repository, digest)
    const { mediaType = '', artifactType } = (found !== notTold && found?.told) || {}
    return { digest, mediaType, ...(artifactType !== undefined && { artifactType }) }
  }

  #remember(repository: string, accessory: Digest, subject: Digest): void {
    const known = this.#subjects.get(repository) ?? new Map<Digest, Digest>()
    this.#subjects.set(repository, known.set(accessory, subject))
  }

  async #ask<T>(
    repository: string,
    right: 'list' | 'read',
    send: (place: { project: string; path: string }) => Promise<T>,
  ): Promise<T | typeof notTold> {
    const place = harborPlaceOf(repository)
    return place === undefined ? notTold : this.#api.ask(place.project, right, () => send(place))
  }
}

const immutableTagsOf = ({ artifacts }: ArtifactList): ReadonlySet<string> =>
  new Set([...artifacts.values()].flatMap(({ tags }) => tags.flatMap(tag => (tag.isImmutable ? [tag.name] : []))))

function digestIn(json: unknown): string {
  const digest = typeof json === 'object' && json !== null && 'digest' in json ? json.digest : undefined
  return typeof digest === 'string' ? digest : ''
}
