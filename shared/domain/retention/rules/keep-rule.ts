import type * as z from 'zod'
import type { Image } from '../../image.ts'
import type { Judging, RuleSetTags } from '../judging.ts'

/** Why an image is kept, where a text alone does not say it all. */
export interface Explanation {
  readonly reason: string
  readonly protectedBy: readonly string[]
  /** Figures that only this rule knows, as a decision's facts show them. */
  readonly facts: readonly string[]
}

/** Keeps the image at a place of the listing, and says why. */
export type Keep = (place: number, reason: string | Explanation) => void

/** Finds what a rule keeps among the images judged. */
export type Keeper = (judging: Judging, keep: Keep) => void

/** Finds what a rule keeps among the tags that one rule set applies to. */
export type TagKeeper = (judging: Judging, ruleSetTags: RuleSetTags, keep: Keep) => void

/** What every rule has: the name that plans, statuses and audit entries show. */
interface Named<Name extends string> {
  readonly name: Name
}

/** A protection that no policy changes. */
export interface Protection<Name extends string = string> extends Named<Name> {
  readonly keep: Keeper
}

/** A protection that a policy sets: it stands above all of the policy's `rules`. */
export interface PolicyProtection<Name extends string, Fields extends z.ZodRawShape, Policy> extends Named<Name> {
  /** Fields of the policy's `spec`. */
  readonly fields: Fields
  /** `suffix` ends every reason: ` (policy NAME)` where several policies judge. Undefined where nothing can be kept. */
  compile(policy: Policy, suffix: string): Keeper | undefined
  /** The last moment, in milliseconds, at which time alone keeps the image. */
  endsAtMs?(image: Image, policy: Policy): number
}

/** How much of a number would keep an image: where the search for it begins and ends. */
export interface NumberSaver<How extends string, Said> {
  readonly how: How
  /** The highest value that a policy may give. */
  readonly max: number
  /** The number that is given; undefined for none. */
  from(said: Said): number | undefined
  /** The same policy with another number. */
  raised(said: Said, to: number): Said
  /** The value that the image asks for by itself, where that can be told at once; `place` is its best one in any count. */
  guess?(image: Image, nowMs: number, place: number | undefined): number | undefined
}

/**
 * A keep rule of a policy: of its own fields, or of one of its `rules` for kinds of tag. To add one, write its file, put it
 * into the list in `rules.ts`, and its fields into the CRD; what is forgotten does not compile or fails a test.
 */
export interface KeepRule<Name extends string, Fields extends z.ZodRawShape, Said, How extends string>
  extends Named<Name> {
  readonly fields: Fields
  compile(said: Said, suffix: string): TagKeeper | undefined
  /** Why an image that it does not keep may be deleted; undefined where the rule is not given. */
  deletesBecause?(said: Said): string | undefined
  /** False for a rule that only looks at tags, so that it is no reason against an untagged image. */
  readonly judgesUntagged: boolean
  /** The reason of the condition `CleanupCandidate` where this is the first rule that a policy gives. */
  conditionReason?(said: Said): string | undefined
  endsAtMs?(image: Image, said: Said): number
  readonly savers: readonly NumberSaver<How, Said>[]
}
