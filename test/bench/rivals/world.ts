import { type Descriptor, hexOf, RegistrySeed } from './seed-registry.ts'

export const repository = 'shop/app'
/** How many of the newest versions are to stay. */
export const newest = 20
const dayMs = 24 * 60 * 60 * 1000
/** Of one start of the program, so that the same version is the same digest. */
const startedAtMs = Date.now()
/** Every block of so many versions has the same mixture of indexes, signatures and referrers. */
export const block = 20
/** Of a block: the places whose images workloads use, of every make. */
const usedPlaces = [3, 5, 7, 0, 1]
const usedImages = 14

/** What a registry holds before anybody cleans it, and what of it somebody needs. */
export interface World {
  /** Digests by tag. */
  readonly tags: ReadonlyMap<string, string>
  /** Tags of versions, the oldest first. */
  readonly versions: readonly string[]
  /** Tags that are no versions: people move them. */
  readonly moving: readonly string[]
  /** Digests of the images of an index, by its own. */
  readonly children: ReadonlyMap<string, readonly string[]>
  readonly attachments: readonly Attachment[]
  /** References of workloads, as they stand behind the repository: `:v1.0.3` or `@sha256:…`. */
  readonly used: readonly string[]
}

/** A signature or a referrer: its subject, the tag by which it is found, and all that this tag leads to. */
export interface Attachment {
  readonly subject: string
  readonly tag: string
  readonly digests: readonly string[]
}

interface Seeding {
  readonly seed: RegistrySeed
  readonly tags: Map<string, string>
  readonly children: Map<string, readonly string[]>
  readonly attachments: Attachment[]
  put(tag: string, descriptor: Descriptor): void
}

/**
 * Writes a registry's folder and tells what it holds: 10 % indexes, 10 % signed by cosign, 5 % with a referrer, a kept index and
 * an old one with a child in common, an old version with the digest of a kept one, tags that people move on old and kept digests,
 * and 14 old images in use.
 */
export function seedWorld(root: string, count: number): World {
  const tags = new Map<string, string>()
  const seed = new RegistrySeed(root, repository)
  const put = (tag: string, descriptor: Descriptor) => {
    tags.set(tag, descriptor.digest)
    seed.tag(tag, descriptor)
  }
  const seeding: Seeding = { seed, tags, children: new Map(), attachments: [], put }
  const versions = Array.from({ length: count }, (_, at) => `v1.${Math.floor(at / block)}.${at % block}`)
  const images = writeVersions(seeding, versions)
  const old = count - newest
  put('prod', images[2] as Descriptor)
  put('lts-2025', images[old - block + 6] as Descriptor)
  put('stable', images[old + 9] as Descriptor)
  const used = usedVersions(versions.slice(0, old)).map((tag, at) =>
    at === 4 || at === 9 ? `@${tags.get(tag)}` : `:${tag}`,
  )
  const { children, attachments } = seeding
  return { tags, children, attachments, versions, moving: ['prod', 'lts-2025', 'stable'], used }
}

/** Spread over all old versions; indexes, signed images and subjects of referrers among them. */
function usedVersions(old: readonly string[]): string[] {
  const blocks = Math.floor(old.length / block)
  return Array.from({ length: usedImages }, (_, at) => {
    const place = usedPlaces[at % usedPlaces.length] as number
    return old[Math.floor((at * blocks) / usedImages) * block + place] as string
  })
}

function writeVersions(seeding: Seeding, versions: readonly string[]): Descriptor[] {
  const builtAt = (at: number) => new Date(startedAtMs - (versions.length - at) * dayMs)
  const shared = seeding.seed.image('the same in an old index and in a kept one', 'arm64', builtAt(0))
  return versions.map((tag, at) => {
    const isShared = at === 13 || at === versions.length - block + 13
    // A reproducible build: nothing changed since, so this old version is what a kept one is.
    const [text, built] = at === 14 ? [versions.at(14 - block) as string, versions.length - block + 14] : [tag, at]
    const index = at % 10 === 3 ? writeIndex(seeding, tag, builtAt(at), isShared ? shared : undefined) : undefined
    const image = index ?? seeding.seed.image(text, 'amd64', builtAt(built))
    seeding.put(tag, image)
    if (at % 10 === 5) sign(seeding, image)
    if (at % 20 === 7) describe(seeding, image)
    return image
  })
}

function writeIndex({ seed, children }: Seeding, text: string, created: Date, shared?: Descriptor): Descriptor {
  const amd64 = seed.image(text, 'amd64', created)
  const arm64 = shared ?? seed.image(text, 'arm64', created)
  const index = seed.index([
    { ...amd64, platform: { os: 'linux', architecture: 'amd64' } },
    { ...arm64, platform: { os: 'linux', architecture: 'arm64' } },
  ])
  children.set(index.digest, [amd64.digest, arm64.digest])
  return index
}

/** As cosign does it: a tag that names the signed digest. */
function sign({ seed, put, attachments }: Seeding, { digest }: Descriptor): void {
  const tag = `sha256-${hexOf(digest)}.sig`
  const signature = seed.artifact('application/vnd.dev.cosign.simplesigning.v1+json', `signature of ${digest}`)
  put(tag, signature)
  attachments.push({ subject: digest, tag, digests: [signature.digest] })
}

/**
 * For a registry without the referrers API its client keeps them in an index by a tag that names the subject.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema
 */
function describe({ seed, put, attachments }: Seeding, subject: Descriptor): void {
  const artifactType = 'application/spdx+json'
  const tag = `sha256-${hexOf(subject.digest)}`
  const referrer = seed.artifact(artifactType, `packages of ${subject.digest}`, subject)
  const list = seed.index([{ ...referrer, artifactType }])
  put(tag, list)
  attachments.push({ subject: subject.digest, tag, digests: [list.digest, referrer.digest] })
}
