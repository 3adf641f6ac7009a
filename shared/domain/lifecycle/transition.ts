import type { ImageRecord } from '../records/images.ts'

/** An image before it is written: the store gives it its number. */
export type ImageDraft = Omit<ImageRecord, 'number'>

/**
 * One step of an image from the record as it was read to the draft that replaces it, with its audit entry. Made only by
 * the verbs of `transitions.ts`: the private field keeps an object of the same shape from passing for one.
 */
export class Transition {
  readonly #draft: ImageDraft
  /** Undefined where there was no record. */
  readonly previous: ImageRecord | undefined

  constructor(previous: ImageRecord | undefined, draft: ImageDraft) {
    this.previous = previous
    this.#draft = draft
  }

  get draft(): ImageDraft {
    return this.#draft
  }
}

/**
 * Why a transition cannot be made of a record:
 * - `unknown`: there is no record
 * - `present`: the record says that the registry holds it
 * - `gone`: the record says that the registry does not hold it
 * - `unchanged`: the record says so already
 * - `marked`: it bears a mark, which must be lifted before
 * - `not-marked`: it bears none
 * - `marked-by-another`: it bears another policy's mark
 * - `being-deleted`: an execution is deleting it, and records itself how that ends
 * - `unclear`: it has a value of a later version, and so may be neither marked nor deleted
 * - `not-begun`: the run that ends the deletion is not the one that began it
 */
export const refusals = [
  'unknown',
  'present',
  'gone',
  'unchanged',
  'marked',
  'not-marked',
  'marked-by-another',
  'being-deleted',
  'unclear',
  'not-begun',
] as const
export type Refusal = (typeof refusals)[number]

export interface Refused {
  readonly refused: Refusal
}

export type Outcome = Transition | Refused

export const isRefused = (outcome: object): outcome is Refused => 'refused' in outcome

/** The transition alone in a list; an empty one where it was refused. */
export const accepted = (outcome: Outcome): Transition[] => (isRefused(outcome) ? [] : [outcome])
