import { type Grant, type Grants, labelKeysOf } from '../domain/grants/grant.ts'
import { compilePathGlob } from '../domain/path-glob.ts'
import { InvalidInputError } from '../errors.ts'
import { isByRole, type RegistrySettings, type Settings } from '../settings.ts'

/**
 * A registry with a credential of the installation says who may use it: without that every policy would be refused,
 * without a visible reason.
 *
 * Asked when it is deployed or started and not when a command reads the file, since `grants --suggest` says what to write.
 * `root` is where people wrote the settings.
 * @throws InvalidInputError that names each such registry and what to write
 */
export function refuseMissingGrants({ registries }: Settings, root: 'config.settings' | 'settings'): void {
  const complaints = registries.flatMap((registry, at) => {
    const why = registry.grants === undefined && reasonToAsk(registry)
    return why
      ? [`${root}.registries[${at}].grants: ${missing(registry.host, why)}${root === 'settings' ? '' : suggested}`]
      : []
  })
  if (complaints.length > 0) throw new InvalidInputError(complaints.join('\n'))
}

const reasonToAsk = (registry: RegistrySettings): string | undefined => {
  const { pullSecret, deleteSecret } = registry
  if (deleteSecret !== undefined) return 'it has a deleteSecret'
  if (pullSecret !== undefined) return 'it has a pullSecret'
  return isByRole(registry) ? 'the roles of the functions are its credential' : undefined
}

const missing = (host: string, why: string): string =>
  `expected which namespaces may read and delete below which paths of ${host}, since ${why}; got nothing. ` +
  `Write grants: ${example} for teams whose namespaces are named as their paths begin, ` +
  "grants: 'everyone' to let all read and none delete, or grants: [] to let nobody do anything"

const suggested = '. What would keep everything as it is: shelflife grants --suggest --aws'

const example = "[{ clusters: ['*'], namespaces: ['*'], repositories: ['{namespace}/**'], may: ['read', 'delete'] }]"

interface Warning {
  /** By which a warning can be acknowledged; the same from synth to synth. */
  readonly id: string
  readonly text: string
}

/** What is allowed and likely a mistake, or wide enough to be said at every synth and start. */
export const grantWarnings = (settings: Settings): Warning[] =>
  settings.registries.flatMap(registry =>
    linesOf(registry.grants).flatMap((line, at) => {
      const { host } = registry
      const place = { id: `${host}:${at}`, text: `registries[${host}].grants[${at}]` }
      return [
        ...deleteForAll(line, place),
        ...unknownClusters(line, place, settings),
        ...withoutDeleteRole(line, place, registry),
      ]
    }),
  )

const linesOf = (grants: Grants | undefined): readonly Grant[] =>
  grants === undefined || grants === 'everyone' ? [] : grants

const deleteForAll = ({ namespaces, repositories, may }: Grant, place: Warning): Warning[] =>
  may.includes('delete') && namespaces.includes('*') && repositories.includes('**')
    ? [
        {
          id: `shelflife:delete-for-all:${place.id}`,
          text: `${place.text} lets every namespace delete every image of the registry: whoever may create a policy in any namespace may delete what is not running. {namespace}/** keeps each to its own`,
        },
      ]
    : []

const withoutDeleteRole = ({ may }: Grant, place: Warning, { roleArn, deleteRoleArn }: RegistrySettings): Warning[] =>
  may.includes('delete') && roleArn !== undefined && deleteRoleArn === undefined
    ? [
        {
          id: `shelflife:no-delete-role:${place.id}`,
          text: `${place.text} lets namespaces delete, and the registry has no deleteRoleArn: the role for reading deletes nothing, so that all is kept`,
        },
      ]
    : []

function unknownClusters({ clusters }: Grant, place: Warning, settings: Settings): Warning[] {
  const names = settings.clusters.map(cluster => cluster.name)
  if (names.length === 0) return []
  return (clusters ?? [])
    .filter(glob => !names.some(compilePathGlob(glob)))
    .map(glob => ({
      id: `shelflife:no-such-cluster:${place.id}:${glob}`,
      text: `${place.text} is for clusters ${glob}, and no cluster of the settings is named so: it grants nothing there. Known are ${names.join(', ')}`,
    }))
}

/** Names the labels that grants stand on, and how they are closed to tenants; undefined where there are none. */
export function labelKeysNote(settings: Settings): string | undefined {
  const lines = settings.registries.flatMap(({ grants }) => linesOf(grants))
  const keys = labelKeysOf(lines.flatMap(({ repositories }) => repositories)).sort()
  if (keys.length === 0) return undefined
  return (
    `grants stand on the namespace ${keys.length === 1 ? 'label' : 'labels'} ${keys.join(', ')}: infra/cluster/admission.yaml must close them to tenants, ` +
    'else whoever may label a namespace decides what it may delete. In each cluster, beside admission.yaml: ' +
    `kubectl create configmap shelflife-grant-labels -n shelflife --from-literal=keys=${keys.join(',')} --dry-run=client -o yaml | kubectl apply -f -`
  )
}
