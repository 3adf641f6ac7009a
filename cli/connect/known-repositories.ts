import type { ImageName } from '../../shared/domain/image-name.ts'
import { dockerHub, normalHost } from '../../shared/domain/registry-host.ts'
import { partsOf } from '../../shared/domain/repository-id.ts'
import { quoted } from '../../shared/domain/repository-name.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { listTrackedObjects } from '../../shared/sweep/world/policy-scope.ts'
import type { Installation } from './installation.ts'
import { nearestOf } from './nearest.ts'

/** What of an installation says which repositories there are. */
export type KnownRepositories = Pick<Installation, 'store' | 'settings' | 'connectClusters' | 'rulebook'>

export const hasHost = ({ host }: ImageName, text: string): boolean =>
  host !== dockerHub || normalHost(text.slice(0, Math.max(text.indexOf('/'), 0))) === dockerHub

/** @throws InvalidInputError where it was never synced and nothing tracks it */
export async function requireKnown(id: string, installation: KnownRepositories): Promise<void> {
  if ((await installation.store.findRepository(id)) !== undefined) return
  const tracked = await listTracked(installation)
  if (!tracked.includes(id)) throw unknown(id, tracked)
}

/**
 * The one repository of that path, or else the one that is tracked and whose path ends so: `app` is `team/app` where no other
 * is called that. Docker Hub's `library/` is put before a path of one part that has no host, and is not meant elsewhere.
 */
export async function repositoryByPath(
  path: string,
  text: string,
  installation: KnownRepositories,
  byLastPart: boolean,
): Promise<string> {
  const typed = path.startsWith('library/') && !text.startsWith('library/') ? path.slice('library/'.length) : path
  const paths = [...new Set([typed, path])]
  const { canonicalPath } = installation.rulebook
  const hosts = [dockerHub, ...installation.settings.registries.map(registry => registry.host)]
  const ids = [...new Set(hosts.flatMap(host => paths.map(each => `${host}/${canonicalPath(host, each)}`)))]
  const stored = (await installation.store.findRepositories(ids)).map(record => record.id)
  const tracked = await listTracked(installation)
  const isOfPath = (id: string) => {
    const { registry, path: own } = partsOf(id)
    return paths.some(each => canonicalPath(registry, each) === own)
  }
  const whole = onlyOne(path, [...stored, ...tracked.filter(isOfPath)])
  const found = whole ?? onlyOne(typed, byLastPart ? tracked.filter(id => partsOf(id).path.endsWith(`/${typed}`)) : [])
  if (found === undefined) throw unknown(path, tracked)
  return found
}

function onlyOne(path: string, ids: readonly string[]): string | undefined {
  const [only, ...others] = [...new Set(ids)].sort()
  if (others.length === 0) return only
  throw new InvalidInputError(
    `expected one repository with its host, since several have ${quoted(path)}: ${[only, ...others].join(', ')}`,
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
  const objects = await Promise.all(clusters.map(cluster => listTrackedObjects(cluster, installation.rulebook)))
  return [...new Set(objects.flatMap(({ tracked }) => tracked).map(one => one.repository))].sort()
}
