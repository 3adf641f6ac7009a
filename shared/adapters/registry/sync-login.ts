import { dayMs } from '../../domain/duration.ts'
import { findJson } from '../../domain/json.ts'
import { type RegistryProvider, registryProviders } from '../../domain/providers/providers.ts'
import { boundCredentials, credentialFor, type PullCredentials } from '../../domain/pull-credentials.ts'
import { type CredentialRecord, isOfSealing } from '../../domain/records/installation.ts'
import {
  anonymousCredential,
  installationCredential,
  objectOfCredential,
  type SyncCredential,
} from '../../domain/sync-credential.ts'
import { AccessDeniedError, type DeniedKind, InvalidInputError } from '../../errors.ts'
import type { Sealer, SecretAge, SecretStore } from '../../ports/platform.ts'
import type { RegistryCredential } from '../../ports/registry.ts'
import type { Store } from '../../ports/store.ts'
import { canonicalHost, type Settings } from '../../settings.ts'
import { getPullCredentials, type Login } from './credentials.ts'
import type { RegistryAddress } from './registry-address.ts'

export interface LoginDeps {
  readonly settings: Settings
  readonly secrets: Pick<SecretStore, 'findSecret'>
  readonly sealer: Pick<Sealer, 'open'>
  readonly store: Pick<Store, 'findCredential'>
  readonly now: () => Date
}

export interface SyncLogin extends Login {
  /** Which kind of registry the RegistrySecret that brought it says to be there; absent where it says none. */
  readonly toldProvider?: RegistryProvider | undefined
}

/**
 * The user name and password that a sync's credential stands for at this registry; none where it is read without.
 * The credential of a RegistrySecret is given to the host alone that it was configured for, by its record and by the secret
 * itself, while that object stands and for 24 h after its last good verification.
 *
 * @throws AccessDeniedError that names the RegistrySecret where its credential may not be used
 */
export async function findLogin(
  credential: SyncCredential,
  { host, settings: registry }: RegistryAddress,
  repository: string | undefined,
  deps: LoginDeps,
): Promise<SyncLogin> {
  if (credential === anonymousCredential) return {}
  if (credential !== installationCredential) {
    const { credentials, provider } = await getBound(credential, host, deps)
    const toldProvider = registryProviders.find(name => name === provider)
    return { credential: loginOf(credentials, repository), toldProvider }
  }
  const { pullSecret } = registry ?? {}
  if (pullSecret === undefined) return {}
  const own = async (age: SecretAge) => loginOf(await getOwnCredentials(pullSecret, host, age, deps), repository)
  return { credential: await own('kept'), renewCredential: () => own('anew') }
}

/** The error is shown on the objects of all who may read with it, so that it does not name the secret. */
async function getOwnCredentials(
  secretId: string,
  host: string,
  age: SecretAge,
  { secrets }: LoginDeps,
): Promise<PullCredentials> {
  try {
    return await getPullCredentials(secrets, secretId, age)
  } catch (error) {
    if (!(error instanceof AccessDeniedError) && !(error instanceof InvalidInputError)) throw error
    throw new AccessDeniedError(
      `expected the pullSecret of registries[${host}] to hold credentials, got none that can be used; tell who runs shelflife`,
      { kind: 'missing' },
    )
  }
}

const loginOf = (credentials: PullCredentials, repository: string | undefined): RegistryCredential | undefined =>
  repository === undefined ? credentials.whole : credentialFor(credentials, repository)

async function getBound(credential: SyncCredential, host: string, deps: LoginDeps) {
  const owner = objectOfCredential(credential)
  const record = owner && (await deps.store.findCredential(owner.cluster, owner.uid))
  if (!record)
    throw new AccessDeniedError(
      'expected the credential of its RegistrySecret, got none; the status of that object says what is missing',
      { kind: 'missing' },
    )
  const refused = refusalOf(record, host, deps)
  if (refused !== undefined)
    throw new AccessDeniedError(`${nameOf(record)}: ${refused.message}`, { kind: refused.kind })
  const stored = boundCredentials.safeParse(findJson((await findCopy(record, deps)) ?? ''))
  // A copy may be older than its record, or be of another: it says itself where it may be sent.
  if (!stored.success || stored.data.host !== record.host || stored.data.uid !== record.uid)
    throw new AccessDeniedError(
      `${nameOf(record)}: expected a copy of its credential, got none; its next verification makes one`,
      { kind: 'missing' },
    )
  return { credentials: stored.data, provider: record.provider }
}

/** In the record; in the secret where a version before was the last to write it. */
async function findCopy(record: CredentialRecord, { sealer, secrets }: LoginDeps): Promise<string | undefined> {
  if (!isOfSealing(record)) return secrets.findSecret(record.secretId)
  return record.sealed === undefined ? undefined : sealer.open(record.sealed, record)
}

function refusalOf(
  record: CredentialRecord,
  host: string,
  { settings, now }: LoginDeps,
): { readonly kind: DeniedKind; readonly message: string } | undefined {
  const configured = canonicalHost(settings, record.host)
  if (record.endedAt !== undefined)
    return missing('expected its credential, got none: the object, its Secret or the entry for its domain is gone')
  if (configured !== host) return missing(`expected a credential for ${host}, got one for ${configured}`)
  if (record.verifiedAt === undefined)
    return {
      kind: 'authentication',
      message:
        'expected a credential that the registry accepts, got one that it has not accepted so far; see its status',
    }
  if (now().getTime() - record.verifiedAt.getTime() > dayMs)
    return {
      kind: 'authentication',
      message: 'expected a credential that the registry accepted within the last 24h, got an older one; see its status',
    }
  return undefined
}

const missing = (message: string) => ({ kind: 'missing' as const, message })

const nameOf = ({ cluster, namespace, name }: CredentialRecord): string =>
  `RegistrySecret ${namespace}/${name} in cluster ${cluster}`
