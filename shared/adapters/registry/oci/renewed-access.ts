import { isDeepStrictEqual } from 'node:util'
import { AccessDeniedError } from '../../../errors.ts'
import type { RegistryCredential } from '../../../ports/registry.ts'
import { Renewed } from '../../http/renewed.ts'
import type { Login } from '../credentials.ts'
import type { Authenticator } from './authenticator.ts'

/** A credential, and what was answered to challenges with it. */
export interface Access {
  readonly credential: RegistryCredential | undefined
  readonly authenticator: Authenticator
}

/** What a session asks with: after a refusal, the credential that stands now in the place of the one before. */
export class RenewedAccess {
  readonly #access: Renewed<Access>

  constructor(
    { credential, renewCredential }: Login,
    authenticatorOf: (credential: RegistryCredential | undefined) => Authenticator,
  ) {
    const accessWith = (given: RegistryCredential | undefined): Access => ({
      credential: given,
      authenticator: authenticatorOf(given),
    })
    this.#access = new Renewed(accessWith(credential), async before => {
      const now = await renewCredential?.()
      return now === undefined || isDeepStrictEqual(now, before.credential) ? undefined : accessWith(now)
    })
  }

  /** The one of now. */
  get credential(): RegistryCredential | undefined {
    return this.#access.current.credential
  }

  /** Again with the one of now where the registry refuses the one before, 401 or 403: some answer a wrong password so. */
  async use<T>(act: (access: Access) => Promise<T>): Promise<T> {
    const used = this.#access.current
    try {
      return await act(used)
    } catch (error) {
      if (!(error instanceof AccessDeniedError) || !(await this.#access.isRenewed(used))) throw error
      return act(this.#access.current)
    }
  }
}
