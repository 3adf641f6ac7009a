import type { Digest } from '../../../shared/domain/digest.ts'
import { type FrontAnswer, type FrontRequest, v2Error } from '../registry-front.ts'
import type { AcrTokens } from './acr-tokens.ts'
import type { AcrAttributes, AcrShelf } from './shelf.ts'

const maxPerPage = 1_000

/** ACR's own API, as recorded answers have it. */
export class AcrApi {
  readonly #shelves: ReadonlyMap<string, AcrShelf>
  readonly #tokens: AcrTokens
  readonly #host: string

  constructor(shelves: ReadonlyMap<string, AcrShelf>, tokens: AcrTokens, host: string) {
    this.#shelves = shelves
    this.#tokens = tokens
    this.#host = host
  }

  answer(request: FrontRequest): FrontAnswer {
    const url = new URL(request.path, `http://${this.#host}`)
    const [, escaped = '', kind, tag] = /^\/acr\/v1\/(.+?)(?:\/_(manifests|tags)(?:\/(.+))?)?$/.exec(url.pathname) ?? []
    const repository = decodeURIComponent(escaped)
    const isDelete = request.method === 'DELETE'
    const scope = `repository:${repository}:${isDelete ? 'delete' : 'metadata_read'}`
    const refused = this.#tokens.refusalOf(request, this.#host, scope)
    if (refused) return refused
    const own = this.#shelves.get(repository)
    if (!own || own.manifests.size === 0) return v2Error(404, 'NAME_UNKNOWN')
    if (isDelete) return deleteTag(own, tag ?? '')
    const about = { registry: this.#host, imageName: repository }
    if (kind === undefined)
      return { status: 200, body: { ...about, tagCount: own.tags.size, manifestCount: own.manifests.size } }
    const rows = kind === 'tags' ? tagRows(own) : manifestRows(own)
    return page(url, rows, shown => ({ ...about, [kind]: shown.length > 0 ? shown : null }))
  }
}

function deleteTag(own: AcrShelf, tag: string): FrontAnswer {
  if (!own.tags.has(tag)) return v2Error(404, 'TAG_UNKNOWN')
  if (own.isTagLocked(tag)) return v2Error(405, 'REGISTRY_DISALLOWED_OPERATION')
  own.tags.delete(tag)
  return { status: 202 }
}

type Row = readonly [key: string, json: object]

/** By their names, after `last`. */
function page(url: URL, rows: readonly Row[], bodyOf: (shown: readonly object[]) => object): FrontAnswer {
  const count = Math.min(Number(url.searchParams.get('n') ?? 100), maxPerPage)
  const last = url.searchParams.get('last') ?? ''
  const left = rows.toSorted(([a], [b]) => (a < b ? -1 : 1)).filter(([key]) => key > last)
  const shown = left.slice(0, count)
  const next = `${url.pathname}?last=${encodeURIComponent(shown.at(-1)?.[0] ?? '')}&n=${count}&orderby=`
  return {
    status: 200,
    body: bodyOf(shown.map(([, json]) => json)),
    ...(left.length > count && { headers: { link: `<${next}>; rel="next"` } }),
  }
}

const shownOf = (attributes: AcrAttributes) => ({
  changeableAttributes: {
    deleteEnabled: true,
    writeEnabled: true,
    readEnabled: true,
    listEnabled: true,
    ...attributes,
  },
})

const tagRows = (own: AcrShelf): Row[] =>
  [...own.tags]
    .filter(([, { attributes }]) => attributes.listEnabled !== false)
    .map(([name, { digest, createdAt, updatedAt, attributes }]) => [
      name,
      {
        name,
        digest,
        createdTime: createdAt.toISOString(),
        lastUpdateTime: updatedAt.toISOString(),
        signed: false,
        ...shownOf(attributes),
      },
    ])

/** Tags are left out where there are none, and so are hidden ones. */
const manifestRows = (own: AcrShelf): Row[] =>
  [...own.manifests]
    .filter(([, { attributes }]) => attributes.listEnabled !== false)
    .map(([digest, { mediaType, createdAt, attributes }]) => {
      const tags = own.tagsOn(digest as Digest).filter(tag => own.tags.get(tag)?.attributes.listEnabled !== false)
      const times = { createdTime: createdAt.toISOString(), lastUpdateTime: createdAt.toISOString() }
      return [
        digest,
        { digest, imageSize: 525, ...times, mediaType, ...(tags.length > 0 && { tags }), ...shownOf(attributes) },
      ]
    })
