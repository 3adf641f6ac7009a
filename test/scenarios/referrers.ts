import type { PushedImage } from '../../cli/embedded/registry/push-image.ts'
import { type PushedDescriptor, RegistryPushClient } from '../../cli/embedded/registry/registry-push-client.ts'
import { push, type Scene } from './world.ts'

const ociIndex = 'application/vnd.oci.image.index.v1+json'

/** Pushes an index of manifests that are there already, under a tag. */
export async function putIndex(scene: Scene, tag: string, manifests: readonly object[]): Promise<void> {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests }))
  await new RegistryPushClient(scene.world.registryUrl, scene.repository).pushManifest(tag, ociIndex, bytes)
}

/** The tag under which cosign keeps a signature (`.sig`), an attestation (`.att`) or an SBOM (`.sbom`) of an image. */
export const cosignTag = (subject: PushedDescriptor, ending: string): string =>
  `${subject.digest.replace(':', '-')}${ending}`

/** Signs as cosign does: an image under a tag that is made of the digest. */
export const cosign = (scene: Scene, subject: PushedDescriptor, ending: string): Promise<PushedImage> =>
  push(scene, { tag: cosignTag(subject, ending), seed: `${ending} of ${subject.digest}` })

/**
 * Attaches an artifact by its `subject`, as the OCI specification says: where the registry has no referrers API, the
 * client also writes the index that lists the referrers of an image under a tag made of its digest.
 */
export async function attach(
  scene: Scene,
  subject: PushedDescriptor,
  ...artifactTypes: string[]
): Promise<PushedImage[]> {
  const artifacts: PushedImage[] = []
  for (const artifactType of artifactTypes)
    artifacts.push(await push(scene, { seed: `${artifactType} of ${subject.digest}`, artifactType, subject }))
  if (!(await hasReferrersApi(scene, subject.digest)))
    await putIndex(
      scene,
      cosignTag(subject, ''),
      artifacts.map(({ mediaType, digest, size }, at) => ({
        mediaType,
        digest,
        size,
        artifactType: artifactTypes[at],
      })),
    )
  return artifacts
}

export async function hasReferrersApi({ world, repository }: Scene, digest: string): Promise<boolean> {
  return (await fetch(`${world.registryUrl}/v2/${repository}/referrers/${digest}`)).ok
}
