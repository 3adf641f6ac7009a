import { type ImageName, parseImageName } from '../../shared/domain/image-name.ts'
import { dockerHub, normalHost } from '../../shared/domain/registry-host.ts'
import { canonicalParts, partsOf } from '../../shared/domain/repository-id.ts'
import { quoted } from '../../shared/domain/repository-name.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { listTrackedObjects } from '../../shared/sweep/world/policy-scope.ts'
import type { Installation } from './installation.ts'
import { nearestOf } from './nearest.ts'

/** An image as a person named it, in a repository that the installation knows. */
export interface NamedImage {
  /** `host/path` with the canonical host. */
  readonly repository: string
  /** Absent where only a digest was given. */
  readonly tag?: string
  readonly digest?: ImageName['digest']
}

/** What of an installation says which repositories there are. */
type KnownRepositories = Pick<Installation, 'store' | 'settings' | 'connectClusters' | 'rulebook'>

/**
 * Finds the repository of `host/path:tag`, `host/path@sha256:…`, or of a path without a host where only one registry
 * has it. Throws InvalidInputError for other text, for a path that several registries have, and for an unknown
 * repository, with those that are known nearby.
 */
export async function getNamedImage(text: string, installation: KnownRepositories): Promise<NamedImage> {
  const name = parseImageName(text)
  if (name.repository === undefined)
    throw new InvalidInputError(`expected an image with its repository, as in host/path@sha256:…, got ${quoted(text)}`)
  const { tag, digest } = name
  const rest = { ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) }
  if (!hasHost(name, text)) return { ...rest, repository: await getByPath(name, text, installation) }
  const { registry, path } = canonicalParts(name.host, name.path, installation.rulebook.canonicalHost)
  const repository = await getRepository(`${registry}/${path}`, installation)
  return { ...rest, repository }
}

/**
 * The same image with its registry, where only one that the installation knows has such a path. Text with a host, and a
 * digest alone, come back as they are. Throws as {@link getNamedImage}.
 */
export async function withHost(text: string, installation: KnownRepositories): Promise<string> {
  const name = parseImageName(text)
  if (name.repository === undefined || hasHost(name, text)) return text
  const repository = await getByPath(name, text, installation)
  const { tag, digest } = name
  return `${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

const hasHost = ({ host }: ImageName, text: string): boolean =>
  host !== dockerHub || normalHost(text.slice(0, Math.max(text.indexOf('/'), 0))) === dockerHub

async function getRepository(id: string, installation: KnownRepositories): Promise<string> {
  if ((await installation.store.findRepository(id)) !== undefined) return id
  const tracked = await listTracked(installation)
  if (tracked.includes(id)) return id
  throw unknown(id, tracked)
}

/** Docker Hub's `library/` is put before a path of one part that has no host, and is not meant elsewhere. */
async function getByPath({ path }: ImageName, text: string, installation: KnownRepositories): Promise<string> {
  const paths =
    path.startsWith('library/') && !text.startsWith('library/') ? [path.slice('library/'.length), path] : [path]
  const hosts = [dockerHub, ...installation.settings.registries.map(registry => registry.host)]
  const ids = [...new Set(hosts.flatMap(host => paths.map(each => `${host}/${each}`)))]
  const stored = (await installation.store.findRepositories(ids)).map(record => record.id)
  const tracked = await listTracked(installation)
  const found = [...new Set([...stored, ...tracked.filter(id => paths.includes(partsOf(id).path))])].sort()
  const [only, ...others] = found
  if (only === undefined) throw unknown(path, tracked)
  if (others.length === 0) return only
  throw new InvalidInputError(
    `expected one repository with its host, since several registries have ${quoted(path)}: ${found.join(', ')}`,
  )
}

const unknown = (wanted: string, tracked: readonly string[]): InvalidInputError => {
  const near = nearestOf(wanted, tracked)
  const known = near.length === 0 ? 'no Repository object tracks anything yet' : `known are ${near.join(', ')}`
  return new InvalidInputError(`expected a repository that is tracked or was, found no ${quoted(wanted)}; ${known}`)
}

/** Every repository that a Repository object of any cluster names. */
async function listTracked(installation: KnownRepositories): Promise<string[]> {
  const clusters = await installation.connectClusters()
  const objects = await Promise.all(
    clusters.map(cluster => listTrackedObjects(cluster, installation.rulebook.canonicalHost)),
  )
  return [...new Set(objects.flatMap(({ tracked }) => tracked).map(one => one.repository))].sort()
}
