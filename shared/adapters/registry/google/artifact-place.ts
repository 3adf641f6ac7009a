/** The package of an image in the API of Artifact Registry. */
export interface ArtifactPlace {
  /** Within which a credential has rights: the repository that holds packages. */
  readonly parent: string
  /** Its name; slashes in it are escaped, and stay so. */
  readonly package: string
}

/** What was the Container Registry, as repositories of these names in these places. */
const containerRegistries: Readonly<Record<string, string>> = {
  'gcr.io': 'us',
  'us.gcr.io': 'us',
  'eu.gcr.io': 'europe',
  'asia.gcr.io': 'asia',
}

/**
 * Where Google keeps the image of a path, by the host of its registry; undefined for others, such as mirrors.
 *
 * @see https://cloud.google.com/artifact-registry/docs/docker/names
 */
export function placeOf(host: string, repository: string): ArtifactPlace | undefined {
  const { project, rest } = projectOf(repository)
  const location = /^([a-z0-9-]+)-docker\.pkg\.dev$/.exec(host)?.[1]
  if (location !== undefined) {
    const [name = '', ...image] = rest
    return placeIn({ project, location, name }, image)
  }
  const ofGcr = containerRegistries[host]
  return ofGcr === undefined ? undefined : placeIn({ project, location: ofGcr, name: host }, rest)
}

/** False for others, such as mirrors. */
export const isPlace = (host: string): boolean => placeOf(host, 'project/repository/image') !== undefined

/** The project of a domain has a colon, for which paths of images have a slash. */
function projectOf(repository: string): { project: string; rest: readonly string[] } {
  const [first = '', second = '', ...others] = repository.split('/')
  if (first.includes('.')) return { project: `${first}:${second}`, rest: others }
  return { project: first, rest: repository.split('/').slice(1) }
}

function placeIn(
  { project, location, name }: { project: string; location: string; name: string },
  image: readonly string[],
): ArtifactPlace | undefined {
  if (name === '' || image.length === 0) return undefined
  const parent = `projects/${project}/locations/${location}/repositories/${name}`
  return { parent, package: `${parent}/packages/${encodeURIComponent(image.join('/'))}` }
}
