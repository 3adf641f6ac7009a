import type { RegistryProvider } from '../../domain/providers/providers.ts'
import { AccessDeniedError } from '../../errors.ts'
import type { SecretAge, SecretStore } from '../../ports/platform.ts'
import type { RegistryCredential, RegistryWriter } from '../../ports/registry.ts'
import { canonicalHost, isByRole, type RegistrySettings, type Settings } from '../../settings.ts'
import { createAcrWriter } from './acr/acr-writer.ts'
import { getCredential, type Login } from './credentials.ts'
import { createHubWriter } from './dockerhub/hub-writer.ts'
import { ecrWriterOptionsOf } from './ecr/ecr-options.ts'
import { createGhcrWriter } from './ghcr/ghcr-writer.ts'
import { createGiteaWriter } from './gitea/gitea-writer.ts'
import { createGitlabWriter } from './gitlab/gitlab-writer.ts'
import { createGoogleWriter } from './google/google-registry.ts'
import { createHarborWriter } from './harbor/harbor-writer.ts'
import { createOciWriter } from './oci/oci-writer.ts'
import { createPools } from './pools.ts'
import { createQuayWriter } from './quay/quay-writer.ts'
import { type Reach, reachOf, registryAddressOf } from './registry-address.ts'
import { createZotWriter } from './zot/zot-writer.ts'

/** `installation`: for whom it deletes, where repositories say whose they are. */
type OpenWriter = (reach: Reach, installation?: string) => RegistryWriter | Promise<RegistryWriter>

/** Reads and restores by the plain API, and keeps everything for this reason before anything of it is read. */
const readsOnly =
  (reason: string): OpenWriter =>
  reach => {
    const { untag: _, ...writer } = createOciWriter(reach)
    const kept = async () => ({ outcome: 'kept', reason }) as const
    return { ...writer, findRefusal: async () => reason, deleteTag: kept, deleteManifest: kept }
  }

/** What deletes in each kind of registry, and restores to it. Those with a client of AWS are imported once they are asked for. */
const writers: Readonly<Record<RegistryProvider, OpenWriter>> = {
  oci: createOciWriter,
  harbor: createHarborWriter,
  ecr: async (reach, installation) => {
    const options = ecrWriterOptionsOf(reach)
    return (await import('./ecr/ecr-writer.ts')).createEcrWriter(options, installation)
  },
  dockerhub: createHubWriter,
  ghcr: createGhcrWriter,
  gitlab: createGitlabWriter,
  quay: createQuayWriter,
  acr: createAcrWriter,
  google: createGoogleWriter,
  aliyun: readsOnly('Aliyun documents no delete by the registry API, and its own API is not spoken here'),
  'ecr-public': async reach => (await import('./ecr-public/public-writer.ts')).createPublicWriter(reach),
  gitea: createGiteaWriter,
  zot: createZotWriter,
  // https://github.com/sonatype/nexus-public/issues/925
  nexus: readsOnly(
    'versions of Nexus differ in which tags go with a digest, and none deletes a tag by the registry API: delete by its cleanup policies',
  ),
  artifactory: readsOnly(
    'what Artifactory deletes with a tag is not known well enough: delete by its retention policies',
  ),
}

export interface WritersDeps {
  readonly settings: Settings
  readonly secrets: SecretStore
  /** Which installation deletes; absent for a person, who restores. */
  readonly installation?: string
}

export interface WriterOptions {
  /**
   * User name and password of a `deleteSecretRef` for exactly this host, in place of all that is the installation's.
   */
  readonly credential?: RegistryCredential | undefined
  /** For each request; default 30 s. */
  readonly timeoutMs?: number | undefined
  /** PEM. */
  readonly ca?: string | undefined
  readonly insecure?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Writers {
  /**
   * A writer of a registry that the settings name, with its `deleteSecret`, which is never the credential for reading;
   * anonymous where it has none; or with a credential given for this host, and then with that alone. A
   * registry that the settings call `ecr` is written with the process's AWS role.
   *
   * @throws AccessDeniedError for a registry that the settings do not name, whoever gives the credential, and for a
   *   credential that is given for ECR
   */
  writer(host: string, options?: WriterOptions): Promise<RegistryWriter>
}

/** Only `sweep-execute` and `shelflife restore` import this file. */
export function createWriters({ settings, secrets, installation }: WritersDeps): Writers {
  const poolFor = createPools()
  return {
    async writer(host, options = {}) {
      const address = registryAddressOf(settings, canonicalHost(settings, host))
      const { host: canonical, settings: configured } = address
      if (configured === undefined)
        throw new AccessDeniedError(
          `${canonical}: expected a registry that may be deleted from, got one without settings; add an entry with this host, and a deleteSecret, to registries`,
        )
      const open = writers[address.provider]
      if (isByRole(configured)) {
        // Deleting there uses the API of AWS, which knows no user name and password.
        if (options.credential !== undefined)
          throw new AccessDeniedError(
            `${canonical}: expected a grant, got the deleteSecretRef of a RegistrySecret, which ECR does not take`,
          )
        return open(reachOf(address, options), installation)
      }
      const login = options.credential ? { credential: options.credential } : await deleteLogin(secrets, configured)
      return open(reachOf(address, options, { ...login, ...poolFor(address, options) }))
    },
  }
}

async function deleteLogin(secrets: SecretStore, { deleteSecret }: RegistrySettings): Promise<Login> {
  if (deleteSecret === undefined) return {}
  const own = (age: SecretAge) => getCredential(secrets, deleteSecret, age)
  return { credential: await own('kept'), renewCredential: () => own('anew') }
}
