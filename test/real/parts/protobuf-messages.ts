import { join, resolve } from 'node:path'
import { type GoPackage, readGoPackage } from './go-structs.ts'
import { runOrThrow } from './run.ts'

/** The kinds that the embedded API serves, and the options that come with a delete. */
const roots: Record<string, readonly string[]> = {
  core: [
    ...['ConfigMap', 'Event', 'Namespace', 'Node', 'Pod'],
    ...['ReplicationController', 'Secret', 'Service', 'ServiceAccount'],
  ],
  apps: ['ControllerRevision', 'DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  batch: ['CronJob', 'Job'],
  meta: ['DeleteOptions'],
}

/** How the packages call each other. */
const imports: Record<string, string> = { v1: 'core', corev1: 'core', metav1: 'meta' }

/** Types that have a form of their own in JSON. */
const special: Record<string, string> = {
  'resource.Quantity': 'Quantity',
  'intstr.IntOrString': 'IntOrString',
  'runtime.RawExtension': 'RawExtension',
  'types.UID': 'string',
  'metav1.Time': 'Time',
  'metav1.MicroTime': 'MicroTime',
  Time: 'Time',
  FieldsV1: 'FieldsV1',
  int32: 'int',
  int64: 'int',
  string: 'string',
  bool: 'bool',
  '[]byte': 'bytes',
}

/**
 * The fields of every message below the kinds that are served, as the Go types of the Kubernetes in `test/real/go` say
 * them: `NUMBER NAME TYPE`, the name `-` for one whose fields stand among those of its parent.
 */
export async function readProtobufMessages(): Promise<Record<string, string>> {
  const [api, machinery] = await Promise.all([folderOf('k8s.io/api'), folderOf('k8s.io/apimachinery')])
  const packages: Record<string, GoPackage> = {
    core: readGoPackage(join(api, 'core', 'v1')),
    apps: readGoPackage(join(api, 'apps', 'v1')),
    batch: readGoPackage(join(api, 'batch', 'v1')),
    meta: readGoPackage(join(machinery, 'pkg', 'apis', 'meta', 'v1')),
  }
  const messages = new Map<string, string>()
  const owners = new Map<string, string>()
  const take = (owner: string, name: string): void => {
    const known = owners.get(name)
    if (known === owner) return
    if (known) throw new Error(`expected one type ${name}, found it in ${known} and in ${owner}`)
    owners.set(name, owner)
    const fields = packages[owner]?.structs.get(name) ?? []
    if (fields.length === 0) throw new Error(`expected fields of ${owner}.${name}, found none`)
    const texts = fields.map(field => `${field.number} ${field.name || '-'} ${typeOf(owner, field.type)}`)
    messages.set(name, texts.join('; '))
  }
  const typeOf = (owner: string, type: string): string => {
    const own = special[type]
    if (own) return own
    const [, wrapped, inner = ''] = /^(\*|\[\]|map\[\w+\])(.+)$/.exec(type) ?? []
    if (wrapped) return `${wrapped.startsWith('map') ? 'map ' : wrapped}${typeOf(owner, inner)}`
    const [name = '', imported] = type.split('.').toReversed()
    const home = imported === undefined ? owner : (imports[imported] ?? imported)
    const alias = packages[home]?.aliases.get(name)
    if (alias) return typeOf(home, alias)
    take(home, name)
    return name
  }
  for (const [owner, names] of Object.entries(roots)) for (const name of names) take(owner, name)
  return Object.fromEntries([...messages].toSorted(([one], [other]) => (one < other ? -1 : 1)))
}

async function folderOf(module: string): Promise<string> {
  const cwd = resolve(import.meta.dirname, '../go/kubernetes')
  return (await runOrThrow('go', ['list', '-m', '-f', '{{.Dir}}', module], { cwd })).trim()
}
