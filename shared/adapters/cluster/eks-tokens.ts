import type { STSClient } from '@aws-sdk/client-sts'
import { errorOfAws } from './aws-failures.ts'
import { createEksToken, type EksToken } from './eks-token.ts'

export interface EksTokensOptions {
  /** The cluster by the name that messages have. */
  readonly cluster: string
  /** Its name or id in EKS. */
  readonly clusterName: string
  /** As whom the tokens are signed. */
  readonly sts: () => Promise<STSClient>
  /** The profile that says so, by its name, for messages. */
  readonly profile?: string | undefined
  readonly now: () => Date
}

/** Another than one of this age would be the same, or nearly. */
const youngMs = 30_000

/** One token, kept as long as it is good: API servers remember by the token whom they asked STS about. */
export class EksTokens {
  readonly #options: EksTokensOptions
  #kept: EksToken | undefined
  #making: Promise<EksToken> | undefined

  constructor(options: EksTokensOptions) {
    this.#options = options
  }

  /** One for all that ask. @throws AccessDeniedError or UnavailableError where there are no credentials to sign it with */
  async current(): Promise<EksToken> {
    if (this.#kept && this.#kept.renewAt > this.#options.now()) return this.#kept
    this.#making ??= this.#create().finally(() => {
      this.#making = undefined
    })
    return this.#making
  }

  /** True where `current` gives another from now on; false for one that was made just now, which another would not better. */
  drop(refused: EksToken): boolean {
    if (this.#kept !== refused) return true
    if (this.#options.now().getTime() - refused.madeAt.getTime() < youngMs) return false
    this.#kept = undefined
    return true
  }

  async #create(): Promise<EksToken> {
    const { cluster, clusterName, sts, profile, now } = this.#options
    try {
      this.#kept = await createEksToken(clusterName, await sts(), now())
      return this.#kept
    } catch (error) {
      const whose = profile === undefined ? 'credentials of AWS' : `profile ${profile} of AWS`
      throw errorOfAws(`cluster ${cluster}: ${whose}`, error, 'STS')
    }
  }
}
