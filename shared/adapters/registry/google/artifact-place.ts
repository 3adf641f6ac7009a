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
  const location = locationOf(host)
  if (location !== undefined) {
    const [name = '', ...image] = rest
    return placeIn({ project, location, name }, image)
  }
  const ofGcr = containerRegistries[host]
  return ofGcr === undefined ? undefined : placeIn({ project, location: ofGcr, name: host }, rest)
}

/** As much of a path as is needed to list what is below it. */
export interface ArtifactPart {
  /** As paths spell it. */
  readonly project: string
  /** The repositories of the project in the place of the host. */
  readonly parent: string
  /** The one of them that is meant; absent: all. */
  readonly name?: string
  /** What paths begin with of that repository. */
  prefixOf(name: string): string
}

/** Undefined where the path names no whole project, and for hosts of others. */
export function partOf(host: string, below: string): ArtifactPart | undefined {
  const { project, rest } = projectOf(below)
  const location = locationOf(host)
  const ofGcr = containerRegistries[host]
  if (project === '' || project.endsWith(':') || (location ?? ofGcr) === undefined) return undefined
  const spelled = project.replace(':', '/')
  const parent = `projects/${project}/locations/${location ?? ofGcr}`
  if (location === undefined) return { project: spelled, parent, name: host, prefixOf: () => `${spelled}/` }
  const prefixOf = (name: string) => `${spelled}/${name}/`
  return { project: spelled, parent, ...(rest[0] && { name: rest[0] }), prefixOf }
}

const locationOf = (host: string): string | undefined => /^([a-z0-9-]+)-docker\.pkg\.dev$/.exec(host)?.[1]

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
