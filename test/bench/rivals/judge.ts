import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFolder } from './seed-registry.ts'
import { newest, repository, type World } from './world.ts'

/** What a registry holds in the end: its tags, and the digests of its manifests. */
export interface Left {
  readonly tags: ReadonlySet<string>
  readonly digests: ReadonlySet<string>
}

interface Needed {
  readonly tags: ReadonlySet<string>
  readonly digests: ReadonlySet<string>
}

/** What is gone and somebody needs, and what is left and nobody needs, in words; `nothing` where there is none. */
export interface Judgement {
  readonly lost: string
  readonly left: string
  /** Manifests that nobody needed and that are gone. */
  readonly deleted: number
}

export function judge(world: World, left: Left): Judgement {
  const needed = neededOf(world)
  return {
    lost: lostOf(world, needed, left),
    left: leftOf(world, needed, left),
    deleted: deletedOf(world, needed, left),
  }
}

function neededOf({ tags, versions, moving, children, attachments, used }: World): Needed {
  const byTag = used.filter(reference => reference.startsWith(':')).map(reference => reference.slice(1))
  const byDigest = used.filter(reference => reference.startsWith('@')).map(reference => reference.slice(1))
  const needed = new Set([...versions.slice(-newest), ...moving, ...byTag])
  const digests = new Set(byDigest)
  const take = (digest: string): void => {
    digests.add(digest)
    for (const child of children.get(digest) ?? []) take(child)
  }
  for (const tag of needed) take(tags.get(tag) as string)
  for (const digest of byDigest) take(digest)
  for (const attachment of attachments.filter(({ subject }) => digests.has(subject))) {
    needed.add(attachment.tag)
    for (const digest of attachment.digests) digests.add(digest)
  }
  return { tags: needed, digests }
}

/** Of the folder of a distribution registry. */
export function readLeft(dataFolder: string): Left {
  const manifests = join(repositoryFolder(dataFolder, repository), '_manifests')
  const linked = (folder: string, link: string): string[] =>
    existsSync(folder) ? readdirSync(folder).filter(name => existsSync(join(folder, name, link))) : []
  const hexes = linked(join(manifests, 'revisions/sha256'), 'link')
  return {
    tags: new Set(linked(join(manifests, 'tags'), 'current/link')),
    digests: new Set(hexes.map(hex => `sha256:${hex}`)),
  }
}

function lostOf(world: World, { digests }: Needed, left: Left): string {
  // A tag can be left that leads to nothing.
  const isGone = (tag: string) => !left.tags.has(tag) || !left.digests.has(world.tags.get(tag) as string)
  const kept = world.versions.slice(-newest)
  const children = kept.flatMap(tag => world.children.get(world.tags.get(tag) as string) ?? [])
  const attached = world.attachments.filter(({ subject }) => digests.has(subject))
  return listed([
    [
      world.used.filter(used => (used.startsWith('@') ? !left.digests.has(used.slice(1)) : isGone(used.slice(1)))),
      'in use',
    ],
    [kept.filter(isGone), 'kept versions'],
    [world.moving.filter(isGone), 'moving tags'],
    [children.filter(digest => !left.digests.has(digest)), 'children of kept indexes'],
    [attached.filter(({ tag }) => isGone(tag)).map(({ tag }) => tag), 'signatures and referrers of what is needed'],
  ])
}

function leftOf(world: World, needed: Needed, left: Left): string {
  const isNeedless = (tag: string) => left.tags.has(tag) && !needed.digests.has(world.tags.get(tag) as string)
  const attachments = world.attachments.map(({ tag }) => tag)
  const tagged = new Set(Array.from(world.tags).flatMap(([tag, digest]) => (left.tags.has(tag) ? [digest] : [])))
  return listed([
    [world.versions.filter(isNeedless), 'old versions'],
    [attachments.filter(isNeedless), 'tags of signatures and referrers without a subject'],
    [
      Array.from(left.digests).filter(digest => !needed.digests.has(digest) && !tagged.has(digest)),
      'untagged manifests',
    ],
  ])
}

function deletedOf(world: World, needed: Needed, left: Left): number {
  const below = [...world.children.values(), ...world.attachments.map(({ digests }) => digests)].flat()
  const all = new Set([...world.tags.values(), ...below])
  return Array.from(all).filter(digest => !needed.digests.has(digest) && !left.digests.has(digest)).length
}

/** `2 in use (:v1.0.3, :v1.2.5)`, without what there is none of. */
function listed(parts: readonly (readonly [readonly string[], string])[]): string {
  const told = parts.filter(([names]) => names.length > 0).map(([names, what]) => `${names.length} ${what}`)
  return told.join(', ') || 'nothing'
}
