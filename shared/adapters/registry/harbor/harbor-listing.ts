import type { Digest } from '../../../domain/digest.ts'
import { isTag, quoted } from '../../../domain/repository-name.ts'
import { attachedSubject, referrersTag } from '../../../domain/retention/versions/tag-kind.ts'
import type {
  DescribedManifest,
  ListedImage,
  ListedTag,
  OddName,
  Referrer,
  RepositoryListing,
} from '../../../ports/registry.ts'
import { oddName } from '../api-listing.ts'
import type { ArtifactList } from './artifact-list.ts'
import { cosignSignature, describeArtifact, describeSignature } from './describe-artifact.ts'
import { type HarborAccessory, type HarborArtifact, type HarborChild, isPlainImage } from './harbor-artifact.ts'

type Artifacts = ArtifactList['artifacts']

/** Accessories that a list leaves out, each with the image that it is about. */
export type HiddenAccessories = ReadonlyMap<Digest, HarborAccessory & { readonly subject: Digest }>

export const hiddenAccessoriesOf = ({ artifacts }: ArtifactList): HiddenAccessories =>
  new Map(
    [...artifacts.values()].flatMap(({ digest: subject, accessories }) =>
      accessories.flatMap(one => (artifacts.has(one.digest) ? [] : [[one.digest, { ...one, subject }] as const])),
    ),
  )

/**
 * What a list of artifacts says of a repository. Tags of hidden accessories stand in the plain list of tags alone.
 */
export function listingOf(
  { artifacts, odd }: ArtifactList,
  hidden: HiddenAccessories,
  plainTags: readonly string[],
): RepositoryListing {
  const listed = listedTagsOf(artifacts)
  const tags = [
    ...listed.values(),
    ...hiddenTags(
      hidden,
      plainTags.filter(tag => !listed.has(tag)),
    ),
  ]
  const unreadable = [...oddNamesOf(artifacts), ...odd.flatMap(oddArtifact)]
  return {
    tags,
    untagged: untaggedOf(artifacts, hidden, new Set(tags.map(tag => tag.digest))),
    described: describedOf(artifacts, hidden),
    ...(unreadable.length > 0 && { unreadable }),
  }
}

/** A tag that moved while the list was read stands at two: it is at the one where it was put last. */
function listedTagsOf(artifacts: Artifacts): ReadonlyMap<string, ListedTag> {
  const newest = new Map<string, ListedTag>()
  for (const artifact of artifacts.values())
    for (const { name, pushedAt: taggedAt } of artifact.tags) {
      const other = newest.get(name)?.taggedAt ?? new Date(0)
      if (isTag(name) && (!newest.has(name) || (taggedAt ?? new Date(0)) > other))
        newest.set(name, { tag: name, ...imageOf(artifact), ...(taggedAt && { taggedAt }) })
    }
  return newest
}

const imageOf = ({ digest, pushedAt, pulledAt }: HarborArtifact): ListedImage => ({
  digest,
  ...(pushedAt && { pushedAt }),
  ...(pulledAt && { pulledAt }),
})

/** Where a tag can only be on one signature it is; of others it is asked by itself where they are, whatever their name. */
function hiddenTags(hidden: HiddenAccessories, tags: readonly string[]): ListedTag[] {
  const bySubject = Map.groupBy(hidden.values(), accessory => accessory.subject)
  return tags.flatMap((tag): ListedTag[] => {
    const about = bySubject.get(attachedSubject(tag) ?? 'sha256:') ?? []
    const [only, ...others] = about.filter(({ type }) => type === cosignSignature)
    return [tag.endsWith('.sig') && only && others.length === 0 ? { tag, ...accessoryOf(only) } : { tag }]
  })
}

const accessoryOf = ({ digest, createdAt }: HarborAccessory): ListedImage => ({
  digest,
  ...(createdAt && { pushedAt: createdAt }),
})

function untaggedOf(
  artifacts: Artifacts,
  hidden: HiddenAccessories,
  tagged: ReadonlySet<Digest | undefined>,
): ListedImage[] {
  const all = [...[...artifacts.values()].map(imageOf), ...[...hidden.values()].map(accessoryOf)]
  return all.filter(({ digest }) => !tagged.has(digest))
}

const oddNamesOf = (artifacts: Artifacts): OddName[] =>
  [...artifacts.values()].flatMap(({ tags }) => tags.flatMap(({ name }) => (isTag(name) ? [] : [oddName(name)])))

/** Each tag of an artifact that is not understood, or it by what stands in the place of its digest. */
function oddArtifact(json: unknown): OddName[] {
  const { digest, tags } = fieldsOf(json)
  const unreadable = `expected an artifact of Harbor, got one with the digest ${quoted(String(digest))}`
  const names = Array.isArray(tags) ? tags.map(tag => fieldsOf(tag).name).filter(name => typeof name === 'string') : []
  return (names.length > 0 ? names : [String(digest)]).map(name => ({ name, unreadable }))
}

const fieldsOf = (json: unknown): Partial<Record<'digest' | 'tags' | 'name', unknown>> =>
  typeof json === 'object' && json !== null ? json : {}

function describedOf(artifacts: Artifacts, hidden: HiddenAccessories): ReadonlyMap<Digest, DescribedManifest> {
  const entries = new Map<Digest, HarborChild>()
  const indexes = new Map<string, HarborArtifact>()
  for (const artifact of artifacts.values()) {
    for (const child of artifact.told?.children ?? []) entries.set(child.digest, child)
    for (const { name } of artifact.tags) indexes.set(name, artifact)
  }
  const referrersOf = (digest: Digest) => referrersIn(indexes.get(referrersTag(digest)), artifacts)
  const described = [...artifacts.values()].flatMap(artifact => {
    const entry = entries.get(artifact.digest)
    if (!isPlaced(artifact, entry)) return []
    return describeArtifact(artifact, { entry, referrers: referrersOf(artifact.digest) }) ?? []
  })
  const signatures = [...hidden.values()].flatMap(one => describeSignature(one, one.subject) ?? [])
  return new Map([...described, ...signatures].map(told => [told.manifest.digest, told]))
}

/**
 * False for what may be about another image without Harbor having noticed: a version that knows no subjects lists it as any
 * other, and its manifest alone says what keeps it.
 */
export const isPlaced = (artifact: HarborArtifact, entry: HarborChild | undefined): boolean =>
  artifact.tags.length > 0 || entry !== undefined || isPlainImage(artifact)

/** The manifests of a list of referrers, as clients keep it for registries without the API for them. */
function referrersIn(index: HarborArtifact | undefined, artifacts: Artifacts): Referrer[] {
  return (index?.told?.children ?? []).map(({ digest }) => {
    const { mediaType = '', artifactType } = artifacts.get(digest)?.told ?? {}
    return { digest, mediaType, ...(artifactType !== undefined && { artifactType }) }
  })
}
