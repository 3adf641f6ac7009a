import { type ImageToPush, pushImage } from '../../cli/embedded/registry/push-image.ts'
import { RegistryPushClient } from '../../cli/embedded/registry/registry-push-client.ts'
import { receiveWebhook } from '../../functions/webhook/receive-webhook.ts'
import type { Digest } from '../../shared/domain/digest.ts'
import { parseSettings } from '../../shared/settings.ts'
import { bus } from '../../shared/wiring.ts'
import { untold } from '../support/webhook-fixture.ts'
import { createDice } from './dice.ts'
import type { BookedManifest, RepositoryBook } from './registry-book.ts'
import { personHeaders } from './soak-registry.ts'
import type { World } from './world.ts'

/**
 * What people and their build pipelines do in the registry, written into the book, and told by the registry's webhook
 * unless nobody `hears` of it.
 */
export async function push(
  world: World,
  book: RepositoryBook,
  image: Omit<ImageToPush, 'repository' | 'created'> & { readonly seed: string },
  { isHeard = true } = {},
): Promise<Digest> {
  const { registry, clock } = world.estate
  world.figures.pushes += 1
  const created = creationOf(image.seed)
  const made = created && image.artifactType === undefined ? { createdAt: created } : {}
  const dated = { ...image, ...(created && { created }), repository: book.path }
  const pushed = await pushImage(registry.url, dated, personHeaders)
  const presentSinceMs = clock.nowMs()
  for (const { digest, mediaType, size } of pushed.children) {
    const config = await configOf(world, book, digest)
    await put(world, book, { digest, mediaType, sizeBytes: size, children: [], presentSinceMs, ...config, ...made })
    if (isHeard) await tell(world, book, { action: 'push', digest, mediaType })
  }
  const { digest, mediaType, size, children } = pushed
  const manifest = {
    digest,
    mediaType,
    sizeBytes: size,
    children: children.map(child => child.digest),
    presentSinceMs,
    ...(children.length === 0 && { ...(await configOf(world, book, digest)), ...made }),
    ...(image.subject && { subject: image.subject.digest }),
  }
  await put(world, book, manifest, image.tag)
  world.journal.note(
    `push ${book.path}${image.tag === undefined ? '' : `:${image.tag}`} ${digest} ${[...manifest.children, image.subject?.digest ?? ''].join(' ')}`,
  )
  const told = { action: 'push', digest, mediaType, ...(image.tag !== undefined && { tag: image.tag }) } as const
  if (isHeard) await tell(world, book, told)
  return digest
}

/** The same for the same content, which has one digest. Most builds say a time; some a useless one, some none. */
function creationOf(seed: string): Date | undefined {
  const dice = createDice(`created ${seed}`)
  if (dice.chance(15)) return undefined
  return dice.chance(15) ? new Date(0) : new Date(Date.UTC(2025, 0, 1 + dice.below(40)))
}

async function configOf({ estate }: World, { path }: RepositoryBook, digest: Digest): Promise<{ config?: Digest }> {
  const response = await fetch(`${estate.registry.url}/v2/${path}/manifests/${digest}`, { headers: personHeaders })
  const manifest = (await response.json()) as { config?: { digest: Digest } }
  return manifest.config ? { config: manifest.config.digest } : {}
}

/** Points a tag at a manifest that is there, with all that it refers to. */
export async function pushTag(world: World, book: RepositoryBook, tag: string, digest: Digest): Promise<void> {
  const { registry } = world.estate
  const manifest = book.manifests.get(digest)
  if (!manifest) return
  const url = `${registry.url}/v2/${book.path}/manifests/${digest}`
  const response = await fetch(url, { headers: personHeaders })
  const bytes = new Uint8Array(await response.arrayBuffer())
  await new RegistryPushClient(registry.url, book.path, personHeaders).pushManifest(tag, manifest.mediaType, bytes)
  world.journal.note(`tag ${book.path}:${tag} from ${book.tags.get(tag)} to ${digest}`)
  book.put(manifest, tag)
  await tell(world, book, { action: 'push', digest, mediaType: manifest.mediaType, tag })
}

/** False where the registry refuses. */
export async function deleteTag(world: World, book: RepositoryBook, tag: string): Promise<boolean> {
  const digest = book.tags.get(tag)
  if (world.estate.registry.lastTagTakesImage && digest !== undefined && book.tagsOf(digest).length === 1)
    return deleteDigest(world, book, digest)
  world.journal.note(`person deletes tag ${book.path}:${tag} of ${book.tags.get(tag)}`)
  await world.estate.registry.deleteTag(book.path, tag)
  book.removeTag(tag)
  await tell(world, book, { action: 'delete', tag })
  return true
}

/** With what the registry takes along, of which it tells nobody. False where it refuses. */
export async function deleteDigest(world: World, book: RepositoryBook, digest: Digest): Promise<boolean> {
  const { registry } = world.estate
  const along = registry.takesAlong(book.path, digest)
  if (along === undefined) return false
  world.journal.note(`person deletes ${book.path}@${digest} with ${[...book.tagsOf(digest), ...along].join(' ')}`)
  await registry.deleteDigest(book.path, digest)
  const tags = book.tagsOf(digest)
  for (const one of [digest, ...along]) book.removeManifest(one)
  await tell(world, book, { action: 'delete', digest })
  for (const tag of tags) await tell(world, book, { action: 'delete', tag })
  return true
}

/**
 * The same bytes pushed again are a new push only to those who knew that they were gone, where the registry does not tell
 * when a manifest came.
 */
async function put(world: World, book: RepositoryBook, manifest: BookedManifest, tag?: string): Promise<void> {
  if (world.estate.registry.tellsPushes) return book.put(manifest, tag)
  const before = book.lastSeenOf(manifest.digest)
  const record = before === undefined ? undefined : await world.estate.store.findImage(book.id, manifest.digest)
  const isNews = before === undefined || record === undefined || record.goneAt !== undefined
  book.put({ ...manifest, presentSinceMs: isNews ? manifest.presentSinceMs : before }, tag)
}

interface Told {
  readonly action: 'push' | 'delete'
  readonly tag?: string
  readonly digest?: Digest
  readonly mediaType?: string
}

const secret = 'hook/soak'

/** The registry's notification, through the real webhook into the sync queue; one in ten is lost, one in ten comes twice. */
export async function tell(world: World, book: RepositoryBook, { action, ...target }: Told): Promise<void> {
  const { dice, figures, pipeline } = world
  figures.hints += 1
  if (dice.chance(10)) {
    figures['hints lost'] += 1
    return
  }
  const settings = parseSettings({ webhooks: [{ provider: 'distribution', registry: book.host, secret }] })
  const secrets = {
    findSecret: async () => 't0ken',
    deleteSecret: async () => undefined,
    putSecret: async () => undefined,
  }
  const publishEvents = async (type: string, details: readonly object[]) => {
    const bodies = details.map(detail => JSON.stringify({ source: bus.source, 'detail-type': type, detail }))
    pipeline.hints.push(...bodies, ...(dice.chance(10) ? bodies : []))
  }
  const log = { warn: () => undefined, error: () => undefined }
  const payload = { events: [{ action, target: { repository: book.path, ...target } }] }
  const request = {
    method: 'POST',
    path: '/webhook/distribution',
    headers: { authorization: 'Bearer t0ken' },
    body: Buffer.from(JSON.stringify(payload)),
  }
  const answer = await receiveWebhook(request, { settings, secrets, events: { publishEvents }, log, ...untold })
  if (answer.statusCode !== 202) throw new Error(`webhook: expected 202, got ${answer.statusCode} ${answer.message}`)
}

/** How the descriptor of a subject is written into what refers to it. */
export const descriptorOf = ({ digest, mediaType, sizeBytes }: BookedManifest) => ({
  digest,
  mediaType,
  size: sizeBytes,
})
