import { Hono } from 'hono'
import { ociIndex } from './media-types.ts'
import { requireDigest, requireRepositoryPath } from './names.ts'
import type { RegistryDeps, RegistryEnv } from './registry-context.ts'
import type { StoredManifest } from './storage/repository-index.ts'

/** What refers to a digest, as an index; an empty one where nothing does, also for a digest that is not here. */
export const referrerRoutes = ({ storage }: RegistryDeps): Hono<RegistryEnv> =>
  new Hono<RegistryEnv>().get('/v2/:name{.+}/referrers/:digest', c => {
    const repository = storage.findRepository(requireRepositoryPath(c.req.param('name')))
    const referrers = repository?.listReferrers(requireDigest(c.req.param('digest'))) ?? []
    const artifactType = c.req.query('artifactType')
    const manifests = referrers.filter(one => !artifactType || one.artifactType === artifactType).map(descriptorOf)
    return c.body(JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests }), 200, {
      'Content-Type': ociIndex,
      ...(artifactType ? { 'OCI-Filters-Applied': 'artifactType' } : {}),
    })
  })

const descriptorOf = ({ mediaType, digest, sizeBytes, artifactType, annotations }: StoredManifest) => ({
  mediaType,
  digest,
  size: sizeBytes,
  ...(artifactType ? { artifactType } : {}),
  ...(annotations ? { annotations } : {}),
})
