import { allCredentials, credentialsText, type PullCredentials } from '../domain/pull-credentials.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '../errors.ts'
import { parseDockerConfig } from '../objects/docker-config.ts'
import { parseRegistrySecretObject, type RegistrySecretSpec } from '../objects/parse-objects.ts'
import type { KnownRegistrySecret } from '../objects/resolve-registry.ts'
import type { Cluster, CustomObject } from '../ports/cluster.ts'
import type { SecretStore } from '../ports/platform.ts'
import type { RegistryCredential, RegistryReader } from '../ports/registry.ts'
import { pullSecretPrefix } from '../wiring.ts'
import { verifyStatusAnnotation } from './annotations.ts'
import { isVerificationDue, registrySecretStatus, type Verification, verifyRegistry } from './verify-registry.ts'

export interface RegistrySecretDeps {
  readonly secrets: SecretStore
  readonly readerFor: (
    host: string,
    options: { credential?: RegistryCredential; ca?: string; insecure?: boolean },
  ) => Promise<RegistryReader>
  readonly now: () => Date
}

const caKey = 'ca.crt'

/**
 * Verifies the RegistrySecrets that are due, and keeps a copy of each one's credential where sync can read it, since
 * sync has no access to clusters.
 */
export async function reconcileRegistrySecrets(
  cluster: Cluster,
  deps: RegistrySecretDeps,
): Promise<KnownRegistrySecret[]> {
  const objects = await cluster.listObjects('RegistrySecret')
  const known = await Promise.all(objects.map(object => reconcileOne(cluster, object, deps)))
  return known.filter(one => one !== undefined)
}

async function reconcileOne(
  cluster: Cluster,
  object: CustomObject,
  deps: RegistrySecretDeps,
): Promise<KnownRegistrySecret | undefined> {
  const spec = parseOrUndefined(object)
  if (!spec) return undefined
  const hasCredential = spec.secretRef !== undefined || spec.password !== undefined
  const credentialId = hasCredential ? credentialIdOf(object) : undefined
  if (isVerificationDue(object, spec, deps.now())) await verifyOne(cluster, object, spec, credentialId, deps)
  return { object, spec, credentialId }
}

const credentialIdOf = ({ cluster, metadata }: CustomObject): string =>
  `${pullSecretPrefix}${cluster}/${metadata.namespace}/${metadata.name}`

function parseOrUndefined(object: CustomObject): RegistrySecretSpec | undefined {
  try {
    return parseRegistrySecretObject(object)
  } catch (error) {
    // The API server validates these; one that slipped through counts as absent for the objects that refer to it.
    if (error instanceof InvalidInputError) return undefined
    throw error
  }
}

async function verifyOne(
  cluster: Cluster,
  object: CustomObject,
  spec: RegistrySecretSpec,
  credentialId: string | undefined,
  deps: RegistrySecretDeps,
): Promise<void> {
  const { namespace } = object.metadata
  const listCredentials = async () => {
    const credentials = await readCredentials(cluster, namespace, spec)
    if (!credentials) return []
    if (credentialId !== undefined) await mirror(deps.secrets, credentialId, credentials)
    return allCredentials(credentials)
  }
  const result = await verifyRegistry(listCredentials, async credential => {
    const ca = spec.caSecretRef && (await cluster.findSecret(namespace, spec.caSecretRef.name))?.[caKey]
    return deps.readerFor(spec.domain, {
      insecure: spec.insecure,
      ...(credential && { credential }),
      ...(ca && { ca }),
    })
  })
  await report(cluster, object, result, deps.now())
}

async function readCredentials(
  cluster: Cluster,
  namespace: string,
  spec: RegistrySecretSpec,
): Promise<PullCredentials | undefined> {
  if (spec.username !== undefined && spec.password !== undefined)
    return { whole: { username: spec.username, password: spec.password }, paths: new Map() }
  if (!spec.secretRef) return undefined
  const data = await cluster.findSecret(namespace, spec.secretRef.name)
  if (!data) throw new NotFoundError(`expected Secret ${namespace}/${spec.secretRef.name}, found none`)
  const credentials = parseDockerConfig(data, spec.domain)
  if (allCredentials(credentials).length === 0)
    throw new NotFoundError(
      `expected an entry for ${spec.domain} in Secret ${namespace}/${spec.secretRef.name}, found none`,
    )
  return credentials
}

/** Written only when it changed: a version of a secret costs, and old ones are kept. */
async function mirror(secrets: SecretStore, id: string, credentials: PullCredentials): Promise<void> {
  const value = credentialsText(credentials)
  if ((await secrets.findSecret(id)) !== value) await secrets.putSecret(id, value)
}

async function report(cluster: Cluster, object: CustomObject, result: Verification, now: Date): Promise<void> {
  const changed = object.status.verifyStatus !== result.status
  try {
    await cluster.applyStatus(object, registrySecretStatus(object, result, now))
    if (changed) {
      const type = result.status === 'success' ? 'Normal' : 'Warning'
      await cluster.recordEvent(object, { type, reason: result.reason, message: result.message })
    }
    if (object.metadata.annotations[verifyStatusAnnotation] !== result.status) {
      const fresh = await cluster.findObject('RegistrySecret', object.metadata.namespace, object.metadata.name)
      if (fresh) await cluster.annotate(fresh, { [verifyStatusAnnotation]: result.status })
    }
  } catch (error) {
    // It was changed or removed meanwhile: the next run, a minute later, reads it again.
    if (!(error instanceof ConflictError || error instanceof NotFoundError)) throw error
  }
}
