import { missingGrantText } from '../domain/grants/missing-grant.ts'
import { hasAnyGrant, type Tenant } from '../domain/grants/rights.ts'
import { findKnownProvider } from '../domain/providers/providers.ts'
import { allCredentials, type PullCredentials } from '../domain/pull-credentials.ts'
import { installationCredential, type SyncCredential } from '../domain/sync-credential.ts'
import { isRegistryOutcome, syncReasonOf } from '../domain/sync-reason.ts'
import { AccessDeniedError, InvalidInputError, NotFoundError } from '../errors.ts'
import { parseDockerConfig } from '../objects/docker-config.ts'
import type { KnownRegistrySecret } from '../objects/lending.ts'
import type { RegistrySecretSpec } from '../objects/parse-objects.ts'
import type { Cluster } from '../ports/cluster.ts'
import type { RegistryCredential, RegistryReader } from '../ports/registry.ts'
import type { Rulebook } from '../settings.ts'
import { type CredentialCopyDeps, endCredential, isEnded, isTooLarge, saveCredential } from './credential-copy.ts'

export interface VerifyDeps extends CredentialCopyDeps {
  readonly readerFor: (
    host: string,
    options: {
      login?: RegistryCredential
      credential?: SyncCredential
      ca?: string
      insecure?: boolean
      signal?: AbortSignal
    },
  ) => Promise<RegistryReader>
  readonly rulebook: Rulebook
}

/** How a verification went, in the words of the condition. */
export interface Verification {
  readonly status: 'success' | 'failed'
  readonly reason: string
  readonly message: string
  readonly latencyMs?: number
}

/** What an object is verified with, and what is said when the registry answers. */
interface Attempt {
  readonly login?: RegistryCredential
  readonly credential?: SyncCredential
}

/**
 * Verifies one RegistrySecret, and keeps or ends the copy of its credential. A cluster that does not say what the Secret
 * holds ends nothing and extends nothing. Never throws for what the registry or the cluster does.
 */
export async function verifyRegistrySecret(
  cluster: Cluster,
  one: KnownRegistrySecret,
  tenant: Tenant,
  deps: VerifyDeps,
): Promise<Verification> {
  const result = await verify(cluster, one, tenant, deps)
  const note = otherProviderText(one.spec, deps.rulebook)
  return note === undefined ? result : { ...result, message: `${result.message}; ${note}` }
}

/** Where the object says another kind of registry than that as which it is read, whoever reads it. */
function otherProviderText({ domain, provider }: RegistrySecretSpec, rulebook: Rulebook): string | undefined {
  const host = rulebook.canonicalHost(domain)
  const isConfigured = rulebook.isConfigured(host)
  const counts = isConfigured ? rulebook.providerOf(host) : findKnownProvider(host)
  if (provider === 'other' || counts === undefined || counts === provider) return undefined
  const why = isConfigured ? 'the settings of the installation say so' : `${host} is known to be that`
  return `read as ${counts} and not as spec.provider ${provider}, since ${why}`
}

async function verify(
  cluster: Cluster,
  one: KnownRegistrySecret,
  tenant: Tenant,
  deps: VerifyDeps,
): Promise<Verification> {
  const { object, spec } = one
  const own = await findOwnCredentials(cluster, object.metadata.namespace, spec)
  if (own instanceof Error)
    // A 403 here is of the cluster, and not of the registry.
    return failed(own instanceof AccessDeniedError ? 'CredentialsMissing' : syncReasonOf(own), own.message)
  if (own === 'nothing' || own === 'missing') await endOf(one, deps)
  if (own === 'nothing') return verifyWithout(cluster, one, tenant, deps)
  if (own === 'missing')
    // The same whether there is no such Secret or nothing for the domain in it: not everybody here may read Secrets.
    return failed(
      'CredentialsMissing',
      `expected Secret ${object.metadata.namespace}/${spec.secretRef?.name} with an entry for ${spec.domain} that has a user name and a password; an identitytoken alone ends within hours and is refused: use a robot account`,
    )
  if (isTooLarge(own)) {
    await endOf(one, deps)
    return failed('CredentialsMissing', `expected credentials of at most 64 KiB for ${spec.domain}, got more`)
  }
  const logins = allCredentials(own).map(login => ({ login }))
  const result = await ask(cluster, one, logins, 'the registry accepted the credential', deps)
  const brought = { credentials: own, accepted: result.status === 'success', provider: spec.provider }
  await saveCredential(object, spec.domain, brought, deps)
  return result
}

const failed = (reason: string, message: string): Verification => ({ status: 'failed', reason, message })

/** The credentials that an object brings; the error where the cluster does not say. */
async function findOwnCredentials(
  cluster: Cluster,
  namespace: string,
  { username, password, secretRef, domain }: RegistrySecretSpec,
): Promise<PullCredentials | 'nothing' | 'missing' | Error> {
  if (username !== undefined && password !== undefined) return { whole: { username, password }, paths: new Map() }
  if (!secretRef) return 'nothing'
  try {
    const data = await cluster.findSecret(namespace, secretRef.name)
    const credentials = data && parseDockerConfig(data, domain)
    return credentials && allCredentials(credentials).length > 0 ? credentials : 'missing'
  } catch (error) {
    if (error instanceof InvalidInputError) return 'missing'
    if (isRegistryOutcome(error)) return error
    throw error
  }
}

async function endOf({ object }: KnownRegistrySecret, deps: CredentialCopyDeps): Promise<void> {
  const record = await deps.store.findCredential(object.cluster, object.metadata.uid)
  if (record && !isEnded(record)) await endCredential(record, deps)
}

/** With the credential of the installation where the namespace may read anything with it, else without. */
async function verifyWithout(
  cluster: Cluster,
  one: KnownRegistrySecret,
  tenant: Tenant,
  deps: VerifyDeps,
): Promise<Verification> {
  const host = deps.rulebook.canonicalHost(one.spec.domain)
  const own = deps.rulebook.ownCredentialOf(host)
  const attempt = { credential: installationCredential }
  const answers = 'the registry answers; its grants say which paths are read with the credential of the installation'
  if (own !== undefined && hasAnyGrant(deps.rulebook.grantsOf(host), tenant, 'read'))
    return ask(cluster, one, [attempt], answers, deps)
  if (own === 'role') return failed('NotAuthorized', missingGrantText(host, tenant, `${tenant.name}/**`, 'read'))
  return ask(cluster, one, [{}], 'the registry answers without a credential', deps)
}

/** For all requests of one verification: a registry that answers each just in time stops nobody (T4). */
const verificationMs = 5_000

/** Asks `/v2/` with each. */
async function ask(
  cluster: Cluster,
  { object, spec }: KnownRegistrySecret,
  attempts: readonly Attempt[],
  message: string,
  deps: VerifyDeps,
): Promise<Verification> {
  const { caSecretRef, domain, insecure } = spec
  try {
    const ca = caSecretRef && (await cluster.findSecret(object.metadata.namespace, caSecretRef.name))?.[caKey]
    const latencies: number[] = []
    const signal = AbortSignal.timeout(verificationMs)
    for (const attempt of attempts) {
      const reader = await deps.readerFor(domain, { insecure, signal, ...attempt, ...(ca && { ca }) })
      latencies.push((await reader.checkAccess()).latencyMs)
    }
    const [latencyMs = 0] = latencies
    return { status: 'success', reason: 'ConnectionSucceeded', message, latencyMs }
  } catch (error) {
    if (!isRegistryOutcome(error)) throw error
    return failed(verifyReasonOf(error), error.message)
  }
}

const caKey = 'ca.crt'

/** What is missing is a Secret that the object names. */
const verifyReasonOf = (error: Error): string =>
  error instanceof NotFoundError ? 'CredentialsMissing' : syncReasonOf(error)
