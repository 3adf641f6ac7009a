import { RE2JS, RE2JSException } from 're2js'
import * as z from 'zod'
import { amountText } from '../amount-text.ts'
import { issueText } from '../issue-text.ts'
import { findJson } from '../json.ts'
import { quotedWithin } from '../repository-name.ts'

/** A policy by which Quay takes tags off. */
export interface PrunePolicy {
  /** `the auto-prune policy of the organisation (older than 30d)` */
  readonly name: string
  /** True for the tags that it is about; for all where that is not understood. */
  readonly selects: (tag: string) => boolean
  readonly takes: Pruning | { readonly problem: string }
}

type Pruning =
  /** Tags that came to where they are so long ago. */
  | { readonly kind: 'age'; readonly ms: number }
  /** All but the newest of those that it selects. */
  | { readonly kind: 'count'; readonly keep: number }

const maxShown = 60
const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

const answer = z.object({ policies: z.array(z.unknown()) })
const texts = z.object({ organization: answer, repository: answer })
const policy = z.looseObject({
  method: z.string(),
  value: z.union([z.int().positive(), z.string()]),
  tagPattern: z.string().nullish(),
  tagPatternMatches: z.boolean().nullish(),
})
const knownFields = ['uuid', ...Object.keys(policy.shape)]

/**
 * The policies in the text `{"organization": …, "repository": …}` of both answers of Quay's API. One that is not understood
 * has a problem; so has a text that is none, since it may take all.
 *
 * @see https://github.com/quay/quay/blob/master/data/model/autoprune.py
 */
export function parseAutoprune(text: string): PrunePolicy[] {
  const parsed = texts.safeParse(findJson(text))
  if (!parsed.success) return [unclear('the auto-prune policy', issueText(parsed.error, findJson(text), 'policies'))]
  const { organization, repository } = parsed.data
  return [
    ...organization.policies.map(one => policyOf(one, 'the organisation')),
    ...repository.policies.map(one => policyOf(one, 'the repository')),
  ]
}

const unclear = (name: string, problem: string): PrunePolicy => ({ name, selects: () => true, takes: { problem } })

function policyOf(said: unknown, of: string): PrunePolicy {
  const about = `the auto-prune policy of ${of}`
  const parsed = policy.safeParse(said)
  if (!parsed.success) return unclear(about, issueText(parsed.error, said, 'policy'))
  const odd = Object.keys(parsed.data).find(name => !knownFields.includes(name))
  if (odd !== undefined) return unclear(about, `expected known fields, got ${quotedWithin(odd, maxShown)}`)
  const takes = takesOf(parsed.data)
  if ('problem' in takes) return unclear(about, takes.problem)
  const name = `${about} (${takes.kind === 'age' ? `older than ${parsed.data.value}` : `keep ${amountText(takes.keep, 'tag')}`})`
  const selects = selectorOf(parsed.data)
  return typeof selects === 'string' ? unclear(name, selects) : { name, selects, takes }
}

function takesOf({ method, value }: z.infer<typeof policy>): PrunePolicy['takes'] {
  if (method === 'number_of_tags' && typeof value === 'number') return { kind: 'count', keep: value }
  const [, amount, unit] = /^(\d{1,9})([smhdw])$/.exec(String(value)) ?? []
  if (method === 'creation_date' && unit !== undefined)
    return { kind: 'age', ms: Number(amount) * unitMs[unit as keyof typeof unitMs] }
  return { problem: `expected a number of tags or an age, got ${quotedWithin(`${method} ${value}`, maxShown)}` }
}

/** The pattern is found anywhere in a tag, as its database does; or why it cannot be. */
function selectorOf({ tagPattern, tagPatternMatches }: z.infer<typeof policy>): PrunePolicy['selects'] | string {
  if (tagPattern === null || tagPattern === undefined) return () => true
  if (typeof tagPatternMatches !== 'boolean') return 'expected whether tags match the pattern or do not, got neither'
  try {
    const compiled = RE2JS.compile(tagPattern)
    return tag => compiled.matcher(tag).find() === tagPatternMatches
  } catch (error) {
    if (error instanceof RE2JSException) return `expected a pattern, got ${quotedWithin(tagPattern, maxShown)}`
    throw error
  }
}
