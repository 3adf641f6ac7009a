import { InvalidInputError } from '../../errors.ts'
import type { Image } from '../image.ts'
import { parseRepositoryName } from '../image-name.ts'
import type { RegistryFacts } from '../registry-facts.ts'
import type { Usage } from '../usage.ts'
import { type CompiledPolicy, compiledProtections, compilePolicy, type PolicyInput } from './compile-policy.ts'
import { GraphKeep } from './graph/graph-keep.ts'
import { commonReasonsOf, type DeletionReasons, type JudgedRepository } from './judged-repository.ts'
import { Judgement } from './judgement.ts'
import type { Judging, RuleSetTags } from './judging.ts'
import { Keeps } from './keeps.ts'
import { type Limits, tightestLimits } from './limits.ts'
import { type Listing, listingOf } from './listing/listing.ts'
import type { ObjectNames } from './object-names.ts'
import { outOfScope } from './out-of-scope.ts'
import { ruleSetTagsOf } from './rule-set-tags.ts'
import { ruleNames } from './rules.ts'
import type { TagScope } from './tag-scope.ts'
import type { TrackedTest } from './tracked-test.ts'
import { indexUsage, type UsageIndex } from './usage-index.ts'

/** What images are judged by. */
export interface JudgeRules {
  readonly usage: Usage
  /** One or more: what any of them keeps is kept, and the tightest limits hold. */
  readonly policies: readonly PolicyInput[]
  readonly now: Date
  /** What the policies cover; everything where absent. */
  readonly scope?: TagScope
  /** Names of objects by normalised repository (`host/path`), which exclusions match beside the repository's own. */
  readonly objectNames?: ReadonlyMap<string, ObjectNames>
  /** What others track, who are to be asked; nothing where absent. */
  readonly tracked?: TrackedTest
  /** What the registry of a normalised repository does by itself; nothing where absent. */
  readonly registryOf?: (repository: string) => RegistryFacts
}

/** Everything that a judgement rests on; nothing else is looked at. */
export interface JudgeInput extends JudgeRules {
  /** Complete listings of the repositories judged: what is missing here can neither need nor outrank anything. */
  readonly images: readonly Image[]
}

/** Rules made ready for many repositories: patterns compiled, usage indexed. */
export interface CompiledRules {
  readonly policies: readonly CompiledPolicy[]
  readonly limits: Limits
  readonly usage: UsageIndex
  readonly nowMs: number
  readonly scope: TagScope | undefined
  readonly objectNames: ReadonlyMap<string, ObjectNames> | undefined
  readonly tracked: TrackedTest | undefined
  readonly registryOf: ((repository: string) => RegistryFacts) | undefined
  readonly commonReasons: DeletionReasons | undefined
  /** True where every policy archives what it does not keep. */
  readonly archives: boolean
}

/**
 * Judges every image: keep or delete, with the rule and the reason (the specification is retention.md). Pure, linear
 * in the number of images but for sorting, and the same for any order of input. Throws InvalidInputError for no policy,
 * a policy that cannot be compiled, an impossible `now`, or a digest that is listed twice in a repository.
 */
export const judge = (input: JudgeInput): Judgement => {
  const rules = compileRules(input)
  const repositories: JudgedRepository[] = []
  for (const [repository, listed] of byRepository(input.images)) {
    repositories.push(judgeRepository(listingOf(repository, listed), rules))
  }
  return new Judgement(repositories, rules.limits)
}

/**
 * Judges one repository of a larger plan by rules that were compiled once, since the verdicts of one never depend on
 * another. Limits and totals are those of this one alone.
 */
export const judgeListing = (rules: CompiledRules, listing: Listing): Judgement =>
  new Judgement([judgeRepository(listing, rules)], rules.limits)

/** Compiles what {@link judge} judges by; throws InvalidInputError as it does. */
export const compileRules = (rules: JudgeRules): CompiledRules => {
  const { policies, usage, now, scope, objectNames, tracked, registryOf } = rules
  if (policies.length === 0) throw new InvalidInputError('expected at least one policy, got none')
  if (Number.isNaN(now.getTime())) throw new InvalidInputError('now: expected a time, got an invalid one')
  const several = policies.length > 1
  const compiled = policies.map(policy => compilePolicy(policy, several ? ` (policy ${policy.name ?? 'unnamed'})` : ''))
  return {
    policies: compiled,
    limits: tightestLimits(policies),
    usage: indexUsage(usage),
    nowMs: now.getTime(),
    scope,
    objectNames,
    tracked,
    registryOf,
    commonReasons: commonReasonsOf(compiled),
    archives: policies.every(({ action }) => action === 'Archive'),
  }
}

const judgeRepository = (listing: Listing, rules: CompiledRules): JudgedRepository => {
  const { policies, usage, nowMs, scope, tracked, archives } = rules
  const objectNames = rules.objectNames?.get(listing.repository)
  const judging: Judging = { listing, usage, nowMs, scope, objectNames, tracked, archives }
  const keeps = new Keeps(listing.images.length)
  for (const { rule, keep } of compiledProtections) keep(judging, keeps.by(rule))
  const ruleSetTags = policies.map(policy => keepByPolicy(policy, judging, keeps))
  const graphKeep = new GraphKeep(listing)
  graphKeep.keep(placesWhere(listing, place => keeps.isKept(place)))
  const untagged = rules.registryOf?.(listing.repository).untagged ?? 'stays'
  if (scope !== undefined)
    graphKeep.keep(placesWhere(listing, place => outOfScope(listing, place, scope, untagged) !== undefined))
  if (untagged !== 'stays') graphKeep.anchor()
  if (archives) keepArchived(listing, keeps, graphKeep)
  const { commonReasons } = rules
  return { listing, nowMs, keeps, graphKeep, scope, policies, commonReasons, ruleSetTags, untagged }
}

/**
 * What is archived already stays so, and nothing else stays for that: its children and referrers follow it into the
 * archive (retention 5). One of which it is not noted yet is left, so that the sweep that archived it notes it.
 */
const keepArchived = (listing: Listing, keeps: Keeps, graphKeep: GraphKeep): void => {
  const keep = keeps.by(unknownRule)
  for (let place = 0; place < listing.images.length; place++) {
    const { storage, isBeingArchived } = listing.images[place] as Image
    if (storage !== 'archived' || isBeingArchived || graphKeep.isKept(place)) continue
    graphKeep.keepAlone(place)
    keep(place, 'archived in its registry already')
  }
}

const unknownRule = ruleNames.indexOf('unknown')

/** Adds what the policy keeps; answers what each of its rule sets applies to. */
const keepByPolicy = (policy: CompiledPolicy, judging: Judging, keeps: Keeps): readonly RuleSetTags[] => {
  for (const { rule, keep } of policy.protections) keep(judging, keeps.by(rule))
  const ruleSetTags = ruleSetTagsOf(policy.ruleSets, judging)
  for (const [at, ruleSet] of policy.ruleSets.entries()) {
    const tags = ruleSetTags[at] as RuleSetTags
    for (const { rule, keep } of ruleSet.keepers) keep(judging, tags, keeps.by(rule))
  }
  return ruleSetTags
}

function* placesWhere(listing: Listing, holds: (place: number) => boolean): Iterable<number> {
  for (let place = 0; place < listing.images.length; place++) {
    if (holds(place)) yield place
  }
}

/** Images by normalised repository name, in the order of names; a name that cannot be normalised stands for itself. */
const byRepository = (images: readonly Image[]): [string, Image[]][] => {
  const groups = new Map<string, Image[]>()
  const named = new Map<string, Image[]>()
  let name: string | undefined
  let group: Image[] = []
  for (const image of images) {
    if (image.repository !== name) {
      name = image.repository
      group = named.get(name) ?? groupOf(groups, normalName(name))
      named.set(name, group)
    }
    group.push(image)
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
}

const groupOf = (groups: Map<string, Image[]>, name: string): Image[] => {
  const group = groups.get(name) ?? []
  groups.set(name, group)
  return group
}

const normalName = (repository: string): string => {
  try {
    return parseRepositoryName(repository)
  } catch (error) {
    if (error instanceof InvalidInputError) return repository
    throw error
  }
}
