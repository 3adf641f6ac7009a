import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { findKnownProvider } from '../../shared/domain/providers/providers.ts'
import { objectName, registrySecretFor, repositoryFor } from '../connect/tracking-objects.ts'
import type { LocalRegistry } from '../embedded/local-registry.ts'
import { commandName } from '../io/command-name.ts'

export interface NextSteps {
  readonly dataDir: string
  /** `kubectl --kubeconfig …`. */
  readonly kubectl: string
  /** The flag by which commands find this installation, after a blank; empty where they need none. */
  readonly ofFolder: string
  /** A path of the registry to begin with. */
  readonly example?: string | undefined
}

/** What a path is called where none is known. */
const madeUp = 'team/app'

/**
 * Writes the objects to begin with for a real registry, its credential in place, into a file of its owner alone; answers in lines
 * for people how to use it.
 */
export function writeNextSteps(registry: LocalRegistry, { dataDir, kubectl, example, ofFolder }: NextSteps): string[] {
  const folder = join(dataDir, 'next')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, `${objectName(registry.host)}.yaml`)
  const documents = objectsFor(registry, example ?? madeUp)
  writeFileSync(file, documents.map(one => stringify(one)).join('---\n'), { mode: 0o600 })
  const shown = documents.filter(one => one.kind !== 'Secret').map(one => stringify(one))
  const what =
    documents.length === shown.length ? 'what stands below' : 'what stands below, and the Secret that it names'
  return [
    `${kubectl} apply -n NAMESPACE -f ${file}    # ${what}`,
    ...shown
      .join('---\n')
      .trimEnd()
      .split('\n')
      .map(line => `    ${line}`),
    example === undefined
      ? `${commandName} track ${registry.host}/PATH -n NAMESPACE${ofFolder}    # for each further path`
      : `${commandName} track '${registry.host}/**' -n NAMESPACE${ofFolder}    # all that it holds`,
    `${commandName} webhook ${registry.host}${ofFolder}    # what to type there, secret in place, so that it tells of pushes`,
  ]
}

function objectsFor({ host, provider = findKnownProvider(host), credential }: LocalRegistry, path: string) {
  const secretName = credential && `${objectName(host)}-pull`
  const registrySecret = registrySecretFor(host, provider, { secretName })
  const repository = repositoryFor(path, registrySecret.metadata.name, {})
  return credential === undefined
    ? [registrySecret, repository]
    : [pullSecret(secretName ?? '', host, credential), registrySecret, repository]
}

const pullSecret = (name: string, host: string, { username, password }: NonNullable<LocalRegistry['credential']>) => ({
  apiVersion: 'v1',
  kind: 'Secret' as const,
  type: 'kubernetes.io/dockerconfigjson',
  metadata: { name },
  data: {
    '.dockerconfigjson': Buffer.from(JSON.stringify({ auths: { [host]: { username, password } } })).toString('base64'),
  },
})
