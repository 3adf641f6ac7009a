import * as z from 'zod'
import { InvalidInputError } from '../../errors.ts'
import { issueText } from '../issue-text.ts'
import { findJson } from '../json.ts'
import { quotedWithin } from '../repository-name.ts'
import { compileGlob, type Matcher } from '../retention/glob.ts'
import type { RuledImage } from './taking.ts'

/** One rule of an ECR lifecycle policy. */
export interface LifecycleRule {
  /** `lifecycle rule 3 ("keep 10")` */
  readonly name: string
  /** Rules of a smaller number come first. */
  readonly priority: number
  /** True for the images that it is about; for all where that is not understood. */
  readonly selects: (image: RuledImage) => boolean
  /** What it does with them, or why that is not understood. */
  readonly does: LifecycleAct | { readonly problem: string }
}

export interface LifecycleAct {
  readonly action: 'expire' | 'archive'
  readonly countType: (typeof countTypes)[number]
  /** Images, or days. */
  readonly countNumber: number
}

const countTypes = ['imageCountMoreThan', 'sinceImagePushed', 'sinceImagePulled', 'sinceImageTransitioned'] as const
const maxShown = 60

const policy = z.looseObject({ rules: z.array(z.unknown()) })
const named = z.looseObject({ rulePriority: z.int(), description: z.string().exactOptional() })
const selection = z.looseObject({
  tagStatus: z.enum(['tagged', 'untagged', 'any']),
  tagPatternList: z.array(z.string()).exactOptional(),
  tagPrefixList: z.array(z.string()).exactOptional(),
  storageClass: z.enum(['standard', 'archive']).exactOptional(),
})
const fieldsOfSelection = [...Object.keys(selection.shape), 'countType', 'countUnit', 'countNumber']
const act = z.object({
  selection: z.looseObject({
    countType: z.enum(countTypes),
    countUnit: z.enum(['days']).exactOptional(),
    countNumber: z.int().min(1),
  }),
  action: z.union(
    [
      z.strictObject({ type: z.literal('expire') }),
      z.strictObject({ type: z.literal('transition'), targetStorageClass: z.literal('archive').exactOptional() }),
    ],
    'expected expire, or transition to archive',
  ),
})

/**
 * The rules of the text of a lifecycle policy, by priority. A rule that is not understood is one with a problem, and a text
 * that is none of a policy is one such rule: it may take anything.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
 */
export function parseLifecyclePolicy(text: string): LifecycleRule[] {
  const parsed = policy.safeParse(findJson(text))
  if (!parsed.success)
    return [{ name: 'the lifecycle policy', priority: 0, selects: () => true, does: { problem: 'expected rules' } }]
  return parsed.data.rules.map(ruleOf).sort((a, b) => a.priority - b.priority)
}

function ruleOf(rule: unknown, at: number): LifecycleRule {
  const known = named.safeParse(rule)
  if (!known.success)
    return {
      name: `lifecycle rule number ${at + 1}`,
      // Whether others come before it is not known.
      priority: Number.NEGATIVE_INFINITY,
      selects: () => true,
      does: { problem: issueText(known.error, rule, 'rule') },
    }
  const { rulePriority: priority, description = '', selection: selects, action, ...others } = known.data
  const about = description === '' ? '' : ` (${quotedWithin(description, maxShown)})`
  const name = `lifecycle rule ${priority}${about}`
  const [odd] = Object.keys(others)
  if (odd !== undefined) return { name, priority, selects: () => true, does: { problem: unknownField(odd) } }
  return { name, priority, ...selectedOf(selects, action) }
}

function selectedOf(chosen: unknown, action: unknown): Pick<LifecycleRule, 'selects' | 'does'> {
  const parsed = selection.safeParse(chosen)
  if (!parsed.success) return { selects: () => true, does: { problem: issueText(parsed.error, chosen, 'selection') } }
  const odd = Object.keys(parsed.data).find(name => !fieldsOfSelection.includes(name))
  if (odd !== undefined) return { selects: () => true, does: { problem: unknownField(odd) } }
  try {
    return { selects: selectorOf(parsed.data), does: actOf(chosen, action) }
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    return { selects: () => true, does: { problem: error.message } }
  }
}

const unknownField = (name: string): string => `expected known fields, got ${quotedWithin(name, maxShown)}`

function actOf(chosen: unknown, action: unknown): LifecycleRule['does'] {
  const whole = { selection: chosen, action }
  const parsed = act.safeParse(whole)
  if (!parsed.success) return { problem: issueText(parsed.error, whole, 'rule') }
  const { countType, countNumber } = parsed.data.selection
  return { action: parsed.data.action.type === 'expire' ? 'expire' : 'archive', countType, countNumber }
}

/** An image is one that a rule for tags is about when each pattern of it stands for one of its tags. */
function selectorOf(chosen: z.infer<typeof selection>): LifecycleRule['selects'] {
  const { tagStatus, tagPatternList = [], tagPrefixList = [], storageClass = 'standard' } = chosen
  const isOfClass = ({ isArchived }: RuledImage) => isArchived === (storageClass === 'archive')
  if (tagStatus === 'any') return isOfClass
  if (tagStatus === 'untagged') return image => isOfClass(image) && image.tags.length === 0
  const matchers: Matcher[] = [
    ...tagPatternList.map(pattern => compileGlob(pattern, 'tag')),
    ...tagPrefixList.map(prefix => (tag: string) => tag.startsWith(prefix)),
  ]
  if (matchers.length === 0) throw new InvalidInputError('expected patterns or prefixes of tags, got none')
  return image => isOfClass(image) && image.tags.length > 0 && matchers.every(matches => image.tags.some(matches))
}
