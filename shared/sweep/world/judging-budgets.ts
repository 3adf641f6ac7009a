import {
  JudgingBudgetError,
  judgingBudget,
  requireJudgingBudget,
  type TagVolume,
} from '../../domain/retention/judging-budget.ts'
import type { Policy } from '../../objects/policy-object.ts'
import type { CoveredObject } from './covered-object.ts'
import type { RepositoryWorld } from './read-world.ts'

type Tagged = Pick<RepositoryWorld, 'id' | 'tags'>

/** What the policies take that have a say in some repositories, before they are judged there. */
export class JudgingBudgets {
  readonly #volumes: ReadonlyMap<string, TagVolume>
  /** By cluster and namespace. */
  readonly #spent = new Map<string, number>()

  constructor(worlds: readonly Tagged[]) {
    this.#volumes = new Map(worlds.map(({ id, tags }) => [id, volumeOf(tags)]))
  }

  /** @throws JudgingBudgetError where judging the policy itself would take too long */
  require(policy: Policy, covered: readonly CoveredObject[]): void {
    requireJudgingBudget(policy.spec, this.#volumeOf(covered))
  }

  /**
   * Why another policy is not judged beside; undefined where it is. All of one namespace have one budget together: it may
   * have as many policies as its people like.
   */
  refusalOf({ object, spec }: Policy, covered: readonly CoveredObject[]): string | undefined {
    const owner = `${object.cluster}/${object.metadata.namespace}`
    try {
      const spent = (this.#spent.get(owner) ?? 0) + requireJudgingBudget(spec, this.#volumeOf(covered))
      if (spent > judgingBudget)
        return `expected the policies of namespace ${object.metadata.namespace} to take at most ${judgingBudget} steps together, got more`
      this.#spent.set(owner, spent)
      return undefined
    } catch (error) {
      if (error instanceof JudgingBudgetError) return error.message
      throw error
    }
  }

  #volumeOf(covered: readonly CoveredObject[]): TagVolume {
    const ids = new Set(covered.map(one => one.repository))
    const volumes = [...ids].flatMap(id => this.#volumes.get(id) ?? [])
    return {
      tags: volumes.reduce((sum, one) => sum + one.tags, 0),
      characters: volumes.reduce((sum, one) => sum + one.characters, 0),
    }
  }
}

const volumeOf = (tags: RepositoryWorld['tags']): TagVolume => ({
  tags: tags.length,
  characters: tags.reduce((sum, { tag }) => sum + tag.length, 0),
})
