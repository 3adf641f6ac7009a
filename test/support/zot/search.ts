import type { ZotAnswer, ZotWorld } from './world.ts'

const goZero = '0001-01-01T00:00:00Z'
const imageConfig = 'application/vnd.oci.image.config.v1+json'

/**
 * `ImageList` of the search extension: each tag of an OCI manifest, in pages, by its name.
 *
 * @see https://github.com/project-zot/zot/blob/main/pkg/extensions/search/convert/metadb.go
 */
export async function answerSearch(world: ZotWorld, body: Buffer): Promise<ZotAnswer> {
  const { query, variables } = JSON.parse(body.toString()) as {
    query: string
    variables: { repo: string; offset: number }
  }
  const unknown = world.state.unknownFields.find(field => query.includes(field))
  if (unknown !== undefined) {
    const errors = [{ message: `Cannot query field "${unknown}" on type "ImageSummary".` }]
    return { status: 422, json: { errors, data: null } }
  }
  const limit = Number(/limit: (\d+)/.exec(query)?.[1] ?? 0)
  const { repo, offset } = variables
  const all = (await Promise.all(world.layout.of(repo).map(one => summaryOf(world, repo, one.digest, one.tag)))).flat()
  const sorted = all.sort((a, b) => (a.Tag < b.Tag ? -1 : 1))
  const Results = sorted.slice(offset, offset + limit)
  return { status: 200, json: { data: { ImageList: { Page: { TotalCount: sorted.length }, Results } } } }
}

async function summaryOf(world: ZotWorld, repository: string, digest: string, tag: string | undefined) {
  const stored = world.layout.manifests.get(digest)
  // What is of Docker is left out, as zot's conversion of it does.
  if (tag === undefined || stored === undefined || !stored.mediaType.startsWith('application/vnd.oci.')) return []
  const manifest = JSON.parse(stored.bytes.toString())
  const images = manifest.manifests === undefined ? [await manifestSummary(world, repository, digest, manifest)] : []
  return [
    {
      Tag: tag,
      Digest: digest,
      MediaType: stored.mediaType,
      PushTimestamp: stored.pushedAt.toISOString(),
      ...(!world.state.unknownFields.includes('TaggedTimestamp') && {
        TaggedTimestamp: world.layout.taggedAt.get(`${repository}:${tag}`)?.toISOString() ?? goZero,
      }),
      LastPullTimestamp: stored.pulledAt?.toISOString() ?? goZero,
      Manifests: images,
      Referrers: referrersOf(world, repository, digest),
    },
  ]
}

async function manifestSummary(
  world: ZotWorld,
  repository: string,
  digest: string,
  { artifactType, config, layers }: { artifactType?: string; config: Blob; layers: Blob[] },
) {
  const blob = await fetch(`${world.innerUrl}/v2/${repository}/blobs/${config.digest}`)
  const { os = '', architecture = '', variant, created } = (await blob.json()) as Record<string, string>
  const size = [config, ...layers].reduce((sum, one) => sum + one.size, 0)
  return {
    Digest: digest,
    Size: String(size + (world.layout.manifests.get(digest)?.bytes.length ?? 0)),
    LastUpdated: created ?? goZero,
    ArtifactType: artifactType ?? config.mediaType,
    Platform: { Os: os, Arch: variant ? `${architecture}/${variant}` : architecture },
  }
}

interface Blob {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

function referrersOf({ layout }: ZotWorld, repository: string, subject: string) {
  return layout.of(repository).flatMap(({ digest }) => {
    const stored = layout.manifests.get(digest)
    const manifest = JSON.parse(stored?.bytes.toString() ?? '{}')
    if (manifest.subject?.digest !== subject) return []
    return [{ Digest: digest, MediaType: stored?.mediaType, ArtifactType: manifest.artifactType ?? imageConfig }]
  })
}
