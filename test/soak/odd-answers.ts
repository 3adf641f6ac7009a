import { createHash } from 'node:crypto'
import { type Digest, isDigest } from '../../shared/domain/digest.ts'
import { type OddAnswer, oddListOf } from './faults.ts'
import type { RepositoryBook } from './registry-book.ts'
import { personHeaders } from './soak-registry.ts'
import type { World } from './world.ts'

/** Names that stand in a list and can be none of tags. */
const oddNames: readonly unknown[] = ['not a tag', '.hidden', '', 42]
const movedPrefix = 'moved/'
const oddType = 'application/vnd.example.thing+json'
const harborPlace =
  /^\/api\/v2\.0\/projects\/([^/]+)\/repositories\/([^/]+)\/artifacts(?:\/([^/]+)(?:\/tags\/([^/]+))?)?$/
const place = /^\/v2\/(.+)\/(manifests|tags|referrers|blobs)\/([^/]+)$/

/** What of a request of the product says where it goes. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly kind: string
  readonly reference: string
  /** A list that was asked for where it is said to have moved to. */
  readonly isMoved: boolean
}

export function askedOf(request: Request): Asked {
  const { pathname } = new URL(request.url)
  const [, project, name, digest = '', tag = digest] = harborPlace.exec(pathname) ?? []
  if (project !== undefined)
    return { method: request.method, path: `${project}/${name}`, kind: 'manifests', reference: tag, isMoved: false }
  const [, asked = '', kind = '', reference = ''] = place.exec(pathname) ?? []
  const isMoved = kind === 'tags' && asked.startsWith(movedPrefix)
  return { method: request.method, path: isMoved ? asked.slice(movedPrefix.length) : asked, kind, reference, isMoved }
}

/** What goes out in the registry's place, and what can be known by it; undefined where the registry answers itself. */
export async function oddAnswer(world: World, book: RepositoryBook, asked: Asked): Promise<Response | undefined> {
  const { kind, method, reference } = asked
  if (kind === 'tags') return listAnswer(world, book, asked)
  const odd = world.faults.odd.get(book.path)?.find(one => isAbout(one, asked, book))
  if (odd?.answer === 500) world.pipeline.hosts.sawTrouble(book.host)
  if (odd) return answerOf(world, book, odd, asked)
  const digest = digestOf(book, reference)
  if (kind === 'manifests' && method === 'GET' && digest !== undefined) book.noteRead(digest)
  return undefined
}

/** What a tag is on, or the digest that is asked for itself. */
const digestOf = (book: RepositoryBook, reference: string): Digest | undefined =>
  isDigest(reference) ? reference : book.tags.get(reference)

function isAbout(odd: OddAnswer, { kind, method, reference }: Asked, book: RepositoryBook): boolean {
  if (odd.of === 'referrers') return kind === 'referrers'
  if (odd.of === 'config') return kind === 'blobs' && method === 'GET'
  if (kind !== 'manifests') return false
  if (odd.of === 'head') return method === 'HEAD'
  if (odd.of === 'tag') return odd.name === reference && book.tags.has(reference)
  return (
    odd.of === 'manifest' && odd.name === digestOf(book, reference) && method === 'GET' && book.manifests.has(odd.name)
  )
}

async function answerOf(world: World, book: RepositoryBook, odd: OddAnswer, { method, reference }: Asked) {
  if (odd.of === 'tag') return tagAnswer(world, book, odd, method)
  if (odd.of === 'manifest') return manifestAnswer(world, book, odd)
  if (odd.of === 'config') book.oddConfigs.add(reference as Digest)
  return odd.of === 'referrers' || odd.of === 'config' ? placeAnswer(odd.answer) : refusal(405)
}

const refusal = (status: number): Response => new Response(null, { status })
const page = (status = 200): Response =>
  new Response('<html>sign in</html>', { status, headers: { 'content-type': 'text/html' } })
const placeAnswer = (answer: 'json' | number): Response =>
  answer === 'json' ? Response.json({ hello: 'world' }) : refusal(answer as number)

function listAnswer(world: World, book: RepositoryBook, { isMoved }: Asked): Response | undefined {
  const odd = oddListOf(world, book)
  if (isMoved) return Response.json({ name: book.path, tags: [...book.tags.keys()] })
  if (!odd || book.tags.size === 0) return undefined
  const tags = [...book.tags.keys()].sort()
  if (odd.answer === 'names') return Response.json({ name: book.path, tags: [...tags, ...oddNames] })
  if (odd.answer === 'twice') return Response.json({ name: book.path, tags: [...tags, ...tags.toReversed()] })
  return new Response(null, { status: 307, headers: { location: `/v2/${movedPrefix}${book.path}/tags/list` } })
}

async function tagAnswer(
  world: World,
  book: RepositoryBook,
  { name, answer }: Extract<OddAnswer, { of: 'tag' }>,
  method: string,
): Promise<Response> {
  book.everOdd.add(name)
  if (answer === 'page') return page()
  if (answer !== 'sha512') return refusal(answer)
  const bytes = await bytesOf(world, book, name)
  const stated = `sha512:${createHash('sha512').update(bytes).digest('hex')}`
  const mediaType = book.manifests.get(book.tags.get(name) as Digest)?.mediaType ?? ''
  const headers = { 'docker-content-digest': stated, 'content-type': mediaType }
  return new Response(method === 'HEAD' ? null : bytes, { headers })
}

async function manifestAnswer(
  world: World,
  book: RepositoryBook,
  { name, answer }: Extract<OddAnswer, { of: 'manifest' }>,
): Promise<Response> {
  const bytes = answer === 'type' ? await bytesOf(world, book, name) : undefined
  book.noteUnread(name, bytes && namesIn(bytes))
  if (answer === 'type') return new Response(bytes, { headers: { 'content-type': oddType } })
  if (answer === 'nulls') return Response.json({ schemaVersion: 2, config: null, layers: null, manifests: null })
  return answer === 'page' ? page() : refusal(answer)
}

const namesIn = (bytes: Uint8Array): Digest[] =>
  (Buffer.from(bytes)
    .toString()
    .match(/sha256:[0-9a-f]{64}/g) ?? []) as Digest[]

async function bytesOf({ estate: { registry } }: World, { path }: RepositoryBook, reference: string) {
  const response = await fetch(`${registry.url}/v2/${path}/manifests/${reference}`, { headers: personHeaders })
  return new Uint8Array(await response.arrayBuffer())
}
