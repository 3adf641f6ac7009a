import type { RegistryCredential } from '../../../ports/registry.ts'
import { basicHeader } from '../oci/authenticator.ts'
import { findFirstChallenge } from '../oci/first-challenge.ts'
import type { Reach } from '../registry-address.ts'
import { type ApiOptions, RegistryApi } from '../registry-api.ts'

/** What a Gitea is opened with. */
export type GiteaOptions = ApiOptions & Pick<Partial<Reach>, 'isTold'>

/** Asks with a token of its own where there is one; the password of a user may be a token too. */
export const openGiteaApi = (options: GiteaOptions): RegistryApi =>
  new RegistryApi(options, credential => ({ headers: credential ? { authorization: headerOf(credential) } : {} }))

const headerOf = (credential: RegistryCredential): string =>
  credential.apiToken === undefined ? basicHeader(credential) : `token ${credential.apiToken}`

/** Where the packages of an owner are. */
export interface GiteaPlace {
  readonly owner: string
  /** The name of the package, which is the rest of the path. */
  readonly name: string
}

/** Undefined for a path without an owner, which no Gitea has. */
export function giteaPlaceOf(repository: string): GiteaPlace | undefined {
  const [owner = '', ...rest] = repository.split('/')
  return rest.length === 0 ? undefined : { owner, name: rest.join('/') }
}

/** The path of a package, to which a version can be added. */
export const packagePath = ({ owner, name }: GiteaPlace): string =>
  `/api/v1/packages/${encodeURIComponent(owner)}/container/${encodeURIComponent(name)}`

/**
 * True where the registry itself says that it is a Gitea or a Forgejo: GitLab has the same service, and its realm elsewhere.
 *
 * @see https://github.com/go-gitea/gitea/blob/main/routers/api/packages/container/container.go
 */
export async function saysGitea(options: GiteaOptions): Promise<boolean> {
  const challenge = await findFirstChallenge(options)
  if (challenge?.scheme !== 'bearer' || challenge.service !== 'container_registry') return false
  return URL.canParse(challenge.realm) && new URL(challenge.realm).pathname === '/v2/token'
}
