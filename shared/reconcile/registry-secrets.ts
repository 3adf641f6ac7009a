import { allCredentials, type PullCredentials } from '../domain/pull-credentials.ts'
import { credentialOfObject } from '../domain/sync-credential.ts'
import { ConflictError, InvalidInputError, NotFoundError } from '../errors.ts'
import { parseDockerConfig } from '../objects/docker-config.ts'
import { parseRegistrySecretObject, type RegistrySecretSpec } from '../objects/parse-objects.ts'
import type { KnownRegistrySecret } from '../objects/resolve-registry.ts'
import type { Cluster, CustomObject } from '../ports/cluster.ts'
import type { RegistryCredential, RegistryReader } from '../ports/registry.ts'
import { verifyStatusAnnotation } from './annotations.ts'
import { type CredentialCopyDeps, saveCopy } from './credential-copy.ts'
import { isVerificationDue, registrySecretStatus, type Verification, verifyRegistry } from './verify-registry.ts'

export interface RegistrySecretDeps extends CredentialCopyDeps {
  readonly readerFor: (
    host: string,
    options: { login?: RegistryCredential; ca?: string; insecure?: boolean },
  ) => Promise<RegistryReader>
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
  const credential = hasCredential ? credentialOfObject(object.cluster, object.metadata.uid) : undefined
  if (isVerificationDue(object, spec, deps.now())) await verifyOne(cluster, object, spec, deps)
  return { object, spec, credential }
}

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
  deps: RegistrySecretDeps,
): Promise<void> {
  const { namespace } = object.metadata
  const listCredentials = async () => {
    const credentials = await readCredentials(cluster, namespace, spec)
    if (!credentials) return []
    await saveCopy(object, spec.domain, credentials, deps)
    return allCredentials(credentials)
  }
  const result = await verifyRegistry(listCredentials, async login => {
    const ca = spec.caSecretRef && (await cluster.findSecret(namespace, spec.caSecretRef.name))?.[caKey]
    return deps.readerFor(spec.domain, {
      insecure: spec.insecure,
      ...(login && { login }),
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
