import pMap from 'p-map'
import { compilePathGlob } from '../../shared/domain/path-glob.ts'
import { credentialFor } from '../../shared/domain/pull-credentials.ts'
import { normalHost } from '../../shared/domain/registry-host.ts'
import { quoted } from '../../shared/domain/repository-name.ts'
import { AccessDeniedError, ConflictError, InvalidInputError, NotFoundError } from '../../shared/errors.ts'
import { parseDockerConfig } from '../../shared/objects/docker-config.ts'
import {
  parseRegistrySecretObject,
  parseRepositoryObject,
  type RegistrySecretSpec,
  type RepositorySpec,
} from '../../shared/objects/parse-objects.ts'
import type { Cluster, CustomObject } from '../../shared/ports/cluster.ts'
import type { RegistryCredential } from '../../shared/ports/registry.ts'
import { readOrNone } from '../../shared/sweep/world/policy-scope.ts'
import { chooseCluster } from '../connect/choose-clusters.ts'
import type { Installation } from '../connect/installation.ts'
import { openReader } from '../connect/open-reader.ts'
import {
  distinctName,
  objectName,
  registrySecretFor,
  repositoryFor,
  type TrackingObject,
} from '../connect/tracking-objects.ts'
import { refuseOther } from '../connect/whose-cluster.ts'

export interface TrackAsked {
  /** `HOST/PATTERN`. */
  readonly pattern: string
  readonly namespace: string
  /** Needed where the settings name several. */
  readonly cluster?: string
  /** The name of the RegistrySecret by which they are read; default: the one of the namespace for that host. */
  readonly registrySecret?: string
}

/** What is to be written so that all that the pattern names is tracked. */
export interface Tracking {
  readonly host: string
  readonly cluster: Cluster
  /** Why it is not known to be this installation's cluster, in lines; none where it is, or nobody's. */
  readonly doubts: readonly string[]
  readonly registrySecret: string
  /** Absent where the namespace has it. */
  readonly newRegistrySecret?: TrackingObject
  readonly objects: readonly TrackingObject[]
  /** Paths that an object of the namespace tracks already. */
  readonly tracked: readonly string[]
}

type Reads = Pick<Installation, 'settings' | 'secrets' | 'store' | 'rulebook' | 'connectClusters' | 'findId'>

/**
 * Finds what the registry holds of the pattern, and what of that no Repository object of the namespace tracks whole. Writes
 * nothing.
 *
 * @throws InvalidInputError for a pattern that nothing can match, a cluster or an object that is not there, and where the
 *   registry lists its repositories to nobody; AccessDeniedError for a cluster of another installation
 */
export async function planTracking(asked: TrackAsked, installation: Reads): Promise<Tracking> {
  const { host, glob } = parsePattern(asked.pattern, installation)
  const cluster = chooseCluster(asked.cluster, await installation.connectClusters('executor'))
  const doubts = await refuseOther(cluster, installation, 'nothing was planned')
  const { namespace } = asked
  if ((await cluster.findNamespace(namespace)) === undefined)
    throw new InvalidInputError(`-n: expected a namespace of cluster ${cluster.name}, got ${quoted(namespace)}`)
  const secret = await findRegistrySecret(asked, host, cluster, installation)
  const login = secret && (await findLogin(secret, namespace, cluster))
  const paths = await listPaths(host, glob, login, installation)
  const existing = await readRepositories(cluster, namespace)
  const registrySecret = secret?.name ?? objectName(host)
  const leadsTo = ({ repository }: RepositorySpec) => installation.rulebook.canonicalPath(host, repository)
  const isTracked = (path: string): boolean =>
    existing.some(
      ({ spec }) =>
        spec && leadsTo(spec) === path && spec.tag === undefined && spec.registryRef?.name === registrySecret,
    )
  const taken = new Set(existing.map(({ name }) => name))
  const { provider } = installation.settings.registries.find(one => one.host === host) ?? {}
  return {
    host,
    cluster,
    doubts,
    registrySecret,
    ...(!secret && { newRegistrySecret: registrySecretFor(host, provider, { namespace }) }),
    objects: paths
      .filter(path => !isTracked(path))
      .map(path => repositoryFor(path, registrySecret, { namespace, name: freeName(path, taken) })),
    tracked: paths.filter(isTracked),
  }
}

/** Creates them, some at once; answers how many. One that somebody made meanwhile is no error. */
export async function createTracked({ cluster, objects }: Tracking): Promise<number> {
  const made = await pMap(
    objects,
    async object => {
      try {
        await cluster.createObject(object.kind, { ...object })
        return 1
      } catch (error) {
        if (error instanceof ConflictError) return 0
        throw error
      }
    },
    { concurrency: 8 },
  )
  return made.reduce<number>((sum, one) => sum + one, 0)
}

function parsePattern(pattern: string, { rulebook }: Reads): { readonly host: string; readonly glob: string } {
  const [host = '', ...rest] = pattern.split('/')
  const glob = rest.join('/')
  if (glob === '' || !/[.:]|^localhost$/.test(host))
    throw new InvalidInputError(
      `expected HOST/PATTERN such as 'harbor.example.com/team/**', with * within a segment and ** across them, got ${quoted(pattern)}`,
    )
  compilePathGlob(glob)
  const canonical = rulebook.canonicalHost(host)
  return { host: canonical, glob: rulebook.canonicalPath(canonical, glob) }
}

interface FoundSecret {
  readonly name: string
  readonly spec: RegistrySecretSpec
}

async function findRegistrySecret(
  { namespace, registrySecret }: TrackAsked,
  host: string,
  cluster: Cluster,
  { rulebook }: Reads,
): Promise<FoundSecret | undefined> {
  const all = (await cluster.listObjects('RegistrySecret', { namespace })).flatMap(object =>
    readOrNone(() => ({ name: object.metadata.name, spec: parseRegistrySecretObject(object) })),
  )
  const fitting = all.filter(({ spec }) => rulebook.canonicalHost(spec.domain) === host)
  const [found, other] = fitting.filter(({ name }) => registrySecret === undefined || name === registrySecret)
  if (found && other)
    throw new InvalidInputError(
      `--registry-secret: expected one of ${fitting.map(({ name }) => name).join(', ')}, which are all of ${host} in ${namespace}`,
    )
  if (found || registrySecret === undefined) return found
  const others = fitting.map(({ name }) => name).join(', ') || 'none'
  throw new InvalidInputError(
    `--registry-secret: expected a RegistrySecret of ${namespace} for ${host} (${others}), got ${quoted(registrySecret)}`,
  )
}

/** That of the namespace's own Secret for the whole registry; undefined where it has none. */
async function findLogin(
  { spec }: FoundSecret,
  namespace: string,
  cluster: Cluster,
): Promise<RegistryCredential | undefined> {
  const data = spec.secretRef && (await cluster.findSecret(namespace, spec.secretRef.name))
  return data && credentialFor(parseDockerConfig(data, normalHost(spec.domain)), '')
}

async function listPaths(
  host: string,
  glob: string,
  login: RegistryCredential | undefined,
  installation: Reads,
): Promise<readonly string[]> {
  // One that is named needs no list, which many registries give to nobody.
  if (!glob.includes('*')) return [glob]
  const reader = await openReader(host, installation, { login })
  try {
    return (await reader.listRepositories(undefined, partOf(glob))).filter(compilePathGlob(glob)).toSorted()
  } catch (error) {
    if (!(error instanceof NotFoundError) && !(error instanceof AccessDeniedError)) throw error
    throw new InvalidInputError(
      `expected ${host} to list its repositories, got: ${error.message}; name each path in place of ${quoted(glob)}`,
      { cause: error },
    )
  }
}

/** The whole segments before the first wildcard. */
const partOf = (glob: string): string => glob.slice(0, glob.indexOf('*')).split('/').slice(0, -1).join('/')

interface FoundRepository {
  readonly name: string
  /** Absent where it cannot be read. */
  readonly spec?: RepositorySpec | undefined
}

const readRepositories = async (cluster: Cluster, namespace: string): Promise<readonly FoundRepository[]> =>
  (await cluster.listObjects('Repository', { namespace })).map((object: CustomObject) => ({
    name: object.metadata.name,
    spec: readOrNone(() => parseRepositoryObject(object))[0],
  }))

/** Two paths may have one name, and a name may be that of an object about something else. */
function freeName(path: string, taken: Set<string>): string {
  const name = taken.has(objectName(path)) ? distinctName(path) : objectName(path)
  taken.add(name)
  return name
}
