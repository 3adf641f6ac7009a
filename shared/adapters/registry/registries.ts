import { factsOf, findKnownProvider, type RegistryProvider } from '../../domain/providers/providers.ts'
import { anonymousCredential, installationCredential, type SyncCredential } from '../../domain/sync-credential.ts'
import type { RegistryCredential, RegistryReader } from '../../ports/registry.ts'
import { canonicalHost, isByRole } from '../../settings.ts'
import { createAcrReader } from './acr/acr-reader.ts'
import { createArtifactoryReader } from './artifactory/artifactory-reader.ts'
import { createHubReader } from './dockerhub/hub-reader.ts'
import { ecrOptionsOf } from './ecr/ecr-options.ts'
import { createGhcrReader } from './ghcr/ghcr-reader.ts'
import { createGiteaReader } from './gitea/gitea-reader.ts'
import { createGitlabReader } from './gitlab/gitlab-reader.ts'
import { createGoogleReader } from './google/google-registry.ts'
import { createHarborReader } from './harbor/harbor-reader.ts'
import { createNexusReader } from './nexus/nexus-reader.ts'
import { createOciReader } from './oci/oci-registry.ts'
import { createPools } from './pools.ts'
import { createQuayReader } from './quay/quay-reader.ts'
import { type Reach, type RegistryAddress, reachOf, registryAddressOf } from './registry-address.ts'
import { findLogin, type LoginDeps, type SyncLogin } from './sync-login.ts'
import { createZotReader } from './zot/zot-reader.ts'

/**
 * What reads each kind of registry; for deletes see `writers.ts`, which only who may delete imports. Those with a client of AWS
 * are imported once such a registry is read.
 */
const readers: Readonly<Record<RegistryProvider, (reach: Reach) => RegistryReader | Promise<RegistryReader>>> = {
  oci: createOciReader,
  harbor: createHarborReader,
  ecr: async reach => (await import('./ecr/ecr-registry.ts')).createEcrReader(ecrOptionsOf(reach)),
  dockerhub: createHubReader,
  ghcr: createGhcrReader,
  gitlab: createGitlabReader,
  quay: createQuayReader,
  acr: createAcrReader,
  google: createGoogleReader,
  aliyun: createOciReader,
  'ecr-public': async reach => (await import('./ecr-public/public-reader.ts')).createPublicReader(reach),
  gitea: createGiteaReader,
  zot: createZotReader,
  nexus: createNexusReader,
  artifactory: createArtifactoryReader,
}

export interface ReaderOptions {
  /** What is read with; default: nothing. */
  readonly credential?: SyncCredential | undefined
  /** User name and password, in place of `credential`. */
  readonly login?: RegistryCredential | undefined
  /** The path that is read: of credentials by path, the one for this. Default: the one for the whole host. */
  readonly repository?: string | undefined
  /** For each request; default 30 s. */
  readonly timeoutMs?: number | undefined
  /** PEM. */
  readonly ca?: string | undefined
  readonly insecure?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Registries {
  /**
   * A reader of the registry by any of its spellings, with a credential that was configured for exactly this host, or
   * anonymous. The credential of the installation is the process's AWS role at a registry that the settings call `ecr`;
   * with any other that is read as a plain one. What a RegistrySecret says of a registry that the settings do not name
   * chooses how that is read with its own credential, and for nobody else.
   *
   * @throws InvalidInputError for what is no host; AccessDeniedError for a secret that is missing or malformed, and
   *   for a credential that may not be used here (any more)
   */
  reader(host: string, options?: ReaderOptions): Promise<RegistryReader>
}

/** `stallMs`: after so long without a byte a request ends; default 15 s. */
export function createRegistries(deps: LoginDeps & { readonly stallMs?: number }): Registries {
  const { settings } = deps
  const poolFor = createPools(deps.stallMs)
  const loginOf = async (
    address: RegistryAddress,
    { login, credential, repository }: ReaderOptions,
  ): Promise<SyncLogin> =>
    login ? { credential: login } : findLogin(credential ?? anonymousCredential, address, repository, deps)
  const openByLogin = async (address: RegistryAddress, options: ReaderOptions) => {
    const { toldProvider, ...login } = await loginOf(address, options)
    const credentialId = options.login === undefined ? options.credential : undefined
    const reach = reachOf(address, options, { ...login, credentialId, ...poolFor(address, options) })
    const told = await openTold(address, reach, toldProvider)
    return told ?? (isOfRoles(address.provider) ? readers.oci : readers[address.provider])(reach)
  }
  return {
    async reader(host, options = {}) {
      const address = registryAddressOf(settings, canonicalHost(settings, host))
      if (!address.settings || !isByRole(address.settings)) return openByLogin(address, options)
      if (options.login === undefined && options.credential === installationCredential)
        return readers[address.provider](reachOf(address, options))
      if (factsOf(address.provider).isPublic) return openByLogin(address, options)
      // The endpoint in the settings is that of the AWS API.
      return openByLogin({ ...address, endpoint: `https://${address.host}` }, options)
    },
  }
}

/**
 * A reader of what a RegistrySecret says to be there, which its people wrote: undefined where the settings or the host say it
 * already, and where logins are of no use to the API of that kind. What is recorded for everybody who reads the
 * repository, and what decides when a policy deletes, is not read on such a word, and an API of its own is asked where the
 * registry itself says the same.
 */
async function openTold(
  { host, settings }: RegistryAddress,
  reach: Reach,
  told: RegistryProvider | undefined,
): Promise<RegistryReader | undefined> {
  if (told === undefined || settings || findKnownProvider(host) || isOfRoles(told)) return undefined
  const {
    findQuota: _quota,
    findOwnRules: _rules,
    findCopies: _copies,
    ...reader
  } = await readers[told]({ ...reach, isTold: true })
  return reader
}

const isOfRoles = (provider: RegistryProvider): boolean => factsOf(provider).credential === 'role'
