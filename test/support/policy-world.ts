import { noCopies } from '../../shared/domain/copies/repository-copies.ts'
import type { ImageRecord } from '../../shared/domain/records/images.ts'
import type { Usage } from '../../shared/domain/usage.ts'
import { type Policy, parsePolicyObject } from '../../shared/objects/policy-object.ts'
import type { CustomObject, ObjectMeta } from '../../shared/ports/cluster.ts'
import type { CoveredObject } from '../../shared/sweep/world/covered-object.ts'
import type { RepositoryWorld } from '../../shared/sweep/world/read-world.ts'
import { at, digestOf, imageDraft, repositoryDraft, tagDraft } from './records.ts'
import { noLimits } from './rulebook.ts'

/** A day after everything that {@link worldOf} pushes. */
export const tomorrow = at(2 * 86_400)
export const nothingRuns: Usage = { complete: true, workloads: [] }
export const host = 'registry.example.com'

export const objectOf = (
  kind: CustomObject['kind'],
  name: string,
  spec: unknown,
  metadata: Partial<ObjectMeta> = {},
): CustomObject => ({
  cluster: 'eu-1',
  kind,
  spec,
  status: {},
  metadata: {
    name,
    namespace: 'team',
    uid: `uid-${name}`,
    resourceVersion: '1',
    generation: 1,
    labels: {},
    annotations: {},
    creationTimestamp: '2025-12-31T00:00:00Z',
    ...metadata,
  },
})

const cleanup = { keepRecent: 1, maxDeletionPercent: 100, targets: ['RegistryArtifact'] }

export const policyOf = (name: string, spec: object = {}, metadata: Partial<ObjectMeta> = {}): Policy =>
  parsePolicyObject(objectOf('ImageCleanupPolicy', name, { ...cleanup, ...spec }, metadata), noLimits)

/** An object that brings a tag, or a whole repository where none is given. */
export const trackedOf = (path: string, tag?: string, metadata: Partial<ObjectMeta> = {}): CoveredObject => ({
  object: objectOf('Repository', `${path.replaceAll('/', '-')}-${tag ?? 'whole'}`, {}, metadata),
  registry: host,
  path,
  repository: `${host}/${path}`,
  tag,
})

/** One image of a world: its tags and what else its record says; its digest is that of its name. */
export interface Placed extends Partial<Omit<ImageRecord, 'digest' | 'repository'>> {
  readonly name: string
  readonly tags?: readonly string[]
}

/** A repository as the store knows it: image i was pushed i seconds after the first instant. */
export function worldOf(path: string, placed: readonly Placed[]): RepositoryWorld {
  const id = `${host}/${path}`
  const images = placed.map(({ name, tags: _, ...rest }, seconds) => ({
    ...imageDraft(id, {
      digest: digestOf(name),
      mediaType: rest.children
        ? 'application/vnd.oci.image.index.v1+json'
        : 'application/vnd.oci.image.manifest.v1+json',
      pushedAt: { at: at(seconds), source: 'registry' },
      ...rest,
    }),
    number: 1,
  }))
  const tags = placed.flatMap(({ name, tags: named = [] }) =>
    named.map(tag => ({ ...tagDraft(id, { tag, digest: digestOf(name) }), number: 1 })),
  )
  return {
    id,
    record: { ...repositoryDraft(id), number: 1 },
    tags,
    images,
    usage: [],
    foreignUsage: [],
    copies: noCopies,
    unreadTags: [],
    formerTags: new Map(),
    syncs: [],
    deletedSubjects: new Map(),
    registry: { untagged: 'stays' },
  }
}
