import type { Digest } from '../../../shared/domain/digest.ts'
import { sha256 } from '../../shared/adapters/registry/fake-registry.ts'
import type { HarborDatabase, PushedManifest } from './database.ts'

const ociManifest = 'application/vnd.oci.image.manifest.v1+json'
const imageConfig = 'application/vnd.oci.image.config.v1+json'

/** An artifact that Harbor knows without its registry: enough for lists, in thousands. */
export function seedArtifact(
  database: HarborDatabase,
  repository: string,
  reference: string | undefined,
  seed: string,
  { mediaType = ociManifest, config, ...rest }: Partial<PushedManifest> = {},
): Digest {
  const blob = { digest: sha256(`config of ${seed}`), mediaType: imageConfig, size: 7 }
  const content = { schemaVersion: 2, mediaType, config: config ?? blob, layers: [], ...rest, annotations: { seed } }
  const bytes = Buffer.from(JSON.stringify(content))
  const attributes = content.config.mediaType === imageConfig ? { os: 'linux', architecture: 'amd64' } : {}
  database.ensure(repository, reference ?? sha256(bytes), { bytes, mediaType, config: attributes })
  return sha256(bytes)
}

/** The signature of a digest, as cosign pushes it. */
export const seedSignature = (database: HarborDatabase, repository: string, subject: Digest): Digest =>
  seedArtifact(database, repository, `${subject.replace(':', '-')}.sig`, `signature of ${subject}`, {
    layers: [
      {
        digest: sha256(`payload of ${subject}`),
        mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
        size: 9,
      },
    ],
  })
