import { isDeepStrictEqual } from 'node:util'
import { AccessDeniedError } from '../../../errors.ts'
import type { RegistryCredential } from '../../../ports/registry.ts'
import type { Login } from '../credentials.ts'
import type { Authenticator } from './authenticator.ts'

/** A credential, and what was answered to challenges with it. */
export interface Access {
  readonly credential: RegistryCredential | undefined
  readonly authenticator: Authenticator
}

/** What a session asks with: after a refusal, the credential that stands now in the place of the one before. */
export class RenewedAccess {
  readonly #renewCredential: Login['renewCredential']
  readonly #accessWith: (credential: RegistryCredential | undefined) => Access
  #access: Access
  #renewing: Promise<void> | undefined

  constructor(
    { credential, renewCredential }: Login,
    authenticatorOf: (credential: RegistryCredential | undefined) => Authenticator,
  ) {
    this.#renewCredential = renewCredential
    this.#accessWith = given => ({ credential: given, authenticator: authenticatorOf(given) })
    this.#access = this.#accessWith(credential)
  }

  /** The one of now. */
  get credential(): RegistryCredential | undefined {
    return this.#access.credential
  }

  /** Again with the one of now where the registry refuses the one before, 401 or 403: some answer a wrong password so. */
  async use<T>(act: (access: Access) => Promise<T>): Promise<T> {
    const used = this.#access
    try {
      return await act(used)
    } catch (error) {
      if (!(error instanceof AccessDeniedError) || !(await this.#isRenewed(used))) throw error
      return act(this.#access)
    }
  }

  /** Those that are refused at the same time ask once. */
  async #isRenewed(used: Access): Promise<boolean> {
    if (this.#access !== used) return true
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined
    })
    await this.#renewing
    return this.#access !== used
  }

  async #renew(): Promise<void> {
    // Where it cannot be asked for, what the registry said is told.
    const credential = await this.#renewCredential?.().catch(() => undefined)
    if (credential === undefined || isDeepStrictEqual(credential, this.#access.credential)) return
    this.#access = this.#accessWith(credential)
  }
}
