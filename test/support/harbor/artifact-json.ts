import type { HarborDatabase, StoredArtifact } from './database.ts'

const zeroTime = '0001-01-01T00:00:00.000Z'
const timeOf = (at: Date | undefined): string => at?.toISOString() ?? zeroTime

/** An artifact as Harbor's API shows it. @see https://github.com/goharbor/harbor/blob/main/src/server/v2.0/handler/model/artifact.go */
export function artifactJson(artifact: StoredArtifact, database: HarborDatabase) {
  const { id, digest, mediaType, manifest, sizeBytes, config, pushedAt, pulledAt } = artifact
  const tags = database.tagsOf(artifact)
  const accessories = database.accessoriesOf(artifact)
  const shown = manifest.config?.mediaType ?? mediaType
  return {
    id,
    type: 'IMAGE',
    digest,
    size: sizeBytes,
    media_type: shown,
    manifest_media_type: mediaType,
    artifact_type: manifest.artifactType ?? shown,
    push_time: timeOf(pushedAt),
    pull_time: timeOf(pulledAt),
    extra_attrs: config,
    references: manifest.manifests
      ? database.childrenOf(artifact).map(child => ({
          child_digest: child.digest,
          child_id: child.id,
          parent_id: id,
          platform: manifest.manifests?.find(one => one.digest === child.digest)?.platform ?? null,
        }))
      : null,
    tags:
      tags.length === 0
        ? null
        : tags.map(tag => ({
            id: tag.id,
            name: tag.name,
            push_time: timeOf(tag.pushedAt),
            pull_time: zeroTime,
            immutable: database.isImmutable(tag),
          })),
    accessories:
      accessories.length === 0
        ? null
        : accessories.map(one => ({
            id: one.id,
            artifact_id: one.artifact.id,
            subject_artifact_digest: one.subject,
            digest: one.artifact.digest,
            type: one.type,
            size: one.artifact.sizeBytes,
            creation_time: timeOf(one.createdAt),
          })),
  }
}
