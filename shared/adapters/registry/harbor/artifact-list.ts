import { harbor } from '../../../domain/providers/harbor.ts'
import { InvalidInputError } from '../../../errors.ts'
import type { OciSession } from '../oci/oci-session.ts'
import { findHarborAnswer, type HarborPlace } from './harbor-api.ts'
import { type HarborArtifact, parseArtifact } from './harbor-artifact.ts'

const { pageSize } = harbor
const maxArtifacts = 1_000_000

/** What of an artifact is asked for: with these a list describes it. */
export const artifactDetails = 'with_tag=true&with_accessory=true&with_immutable_status=true'
/** Without `base` an index hides its children; by `id` the order is that of the first push. */
const query = `page_size=${pageSize}&q=base%3D%2A&sort=id&${artifactDetails}`

export interface ArtifactList {
  readonly artifacts: ReadonlyMap<string, HarborArtifact>
  /** What was listed and is not understood. */
  readonly odd: readonly unknown[]
}

/**
 * Every artifact that Harbor lists of a repository. No link is followed: pages are numbered, and Harbor says how many
 * artifacts there are. They are read from the last to the first, and the first once more at the end: where one is deleted
 * meanwhile, those after it move to a page that is yet to be read.
 *
 * @throws InvalidInputError for what is no list of Harbor
 */
export async function listArtifacts(
  session: OciSession,
  place: HarborPlace,
  repository: string,
): Promise<ArtifactList> {
  const pages = new Pages(session, place, repository)
  await pages.read(1)
  for (let page = pages.last; page > 1; page--) await pages.read(page)
  if (pages.last > 1) await pages.read(1)
  let news = 1
  for (let page = pages.last + 1; pages.isShort && (news > 0 || page <= pages.lastWithHidden); page++)
    news = await pages.read(page)
  return { artifacts: pages.artifacts, odd: [...pages.odd.values()] }
}

class Pages {
  readonly artifacts = new Map<string, HarborArtifact>()
  /** By its text, since a page may be read twice. */
  readonly odd = new Map<string, unknown>()
  readonly #session: OciSession
  readonly #path: string
  readonly #repository: string
  #total = 0

  constructor(session: OciSession, { path }: HarborPlace, repository: string) {
    this.#session = session
    this.#path = `${path}/artifacts?${query}`
    this.#repository = repository
  }

  get last(): number {
    return Math.ceil(this.#total / pageSize)
  }

  /**
   * Harbor takes accessories from a page after it was cut, and some versions do not count them: what is missing then
   * lies on pages after the last.
   */
  get isShort(): boolean {
    return this.artifacts.size + this.odd.size < this.#total
  }

  /** A page of nothing but accessories is empty. */
  get lastWithHidden(): number {
    return Math.ceil((this.#total + this.#hidden()) / pageSize)
  }

  #hidden(): number {
    const named = [...this.artifacts.values()].flatMap(one => one.accessories.map(({ digest }) => digest))
    return new Set(named.filter(digest => !this.artifacts.has(digest))).size
  }

  /** How many it lists that no page before did. */
  async read(page: number): Promise<number> {
    const answer = await findHarborAnswer(this.#session, `${this.#path}&page=${page}`, this.#repository)
    const what = `GET ${this.#session.host}/api/v2.0${this.#path.split('?', 1)[0]}`
    const list = answer?.json ?? []
    if (!Array.isArray(list)) throw new InvalidInputError(`${what}: expected a list of artifacts, got another JSON`)
    this.#total = totalOf(answer?.headers['x-total-count'], what)
    const before = this.artifacts.size + this.odd.size
    for (const json of list) {
      const artifact = parseArtifact(json)
      if (artifact) this.artifacts.set(artifact.digest, artifact)
      else this.odd.set(JSON.stringify(json), json)
    }
    return this.artifacts.size + this.odd.size - before
  }
}

function totalOf(header: string | string[] | undefined, what: string): number {
  const total = /^\d{1,9}$/.test(String(header)) ? Number(header) : Number.NaN
  if (total <= maxArtifacts) return total
  throw new InvalidInputError(`${what}: expected X-Total-Count of at most ${maxArtifacts}, got ${String(header)}`)
}
