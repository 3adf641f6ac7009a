import type { EcrAnswer, EcrCall } from '../../shared/adapters/registry/ecr/fake-ecr.ts'

const mostOfAccount = 100

/**
 * The roles whose reads set no pull time, of one account and region.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-time-update-exclusions.html
 */
export class EcrExclusions {
  readonly #roles = new Set<string>()

  has(role: string): boolean {
    return this.#roles.has(role)
  }

  /** Undefined for every other operation. */
  answer({ operation, input }: EcrCall): EcrAnswer | undefined {
    const { principalArn } = input as { principalArn: string }
    if (operation === 'ListPullTimeUpdateExclusions') return { body: { pullTimeUpdateExclusions: [...this.#roles] } }
    if (operation === 'RegisterPullTimeUpdateExclusion') {
      if (this.#roles.has(principalArn)) return { error: 'ExclusionAlreadyExistsException' }
      if (this.#roles.size >= mostOfAccount) return { error: 'LimitExceededException' }
      this.#roles.add(principalArn)
      return { body: { principalArn } }
    }
    if (operation === 'DeregisterPullTimeUpdateExclusion')
      return this.#roles.delete(principalArn) ? { body: { principalArn } } : { error: 'ExclusionNotFoundException' }
    return undefined
  }
}
