import * as z from 'zod'
import { InvalidInputError } from '../../errors.ts'
import { issueText } from '../issue-text.ts'
import { findJson } from '../json.ts'
import { compileDoublestar } from './doublestar.ts'
import type { RuledImage } from './taking.ts'

/** The tag retention of a Harbor project, as far as it is about one repository. */
export interface HarborRetention {
  /** `the tag retention of Harbor project team` */
  readonly name: string
  /** The rules that are about the repository; where there are none, nothing of it is deleted. */
  readonly rules: readonly RetainRule[]
  /** A cron line of five fields, UTC; undefined where it runs by hand alone. */
  readonly schedule: string | undefined
  /** True for an image that a rule for immutable tags holds, or for a tag. */
  readonly isImmutable: (image: Pick<RuledImage, 'tags'>) => boolean
}

/** A rule that keeps images: what no rule keeps is deleted. */
export interface RetainRule {
  /** Counted from 1, disabled ones too. */
  readonly number: number
  /** True for the images that it is about; for all where that is not understood. */
  readonly selects: (image: Pick<RuledImage, 'tags'>) => boolean
  readonly keeps: Retaining | { readonly problem: string }
}

export type Retaining =
  | { readonly kind: 'always' }
  | { readonly kind: 'newest'; readonly by: 'pushed' | 'pulled' | 'active'; readonly amount: number }
  | { readonly kind: 'days'; readonly since: 'pushed' | 'pulled'; readonly days: number }

const selector = z.object({
  kind: z.string(),
  decoration: z.string(),
  pattern: z.string(),
  extras: z.string().optional(),
})
const selectors = z.array(selector).nullish()
type Selector = z.infer<typeof selector>
const rule = z.object({
  disabled: z.boolean().nullish(),
  template: z.string(),
  params: z.record(z.string(), z.unknown()).nullish(),
  tag_selectors: selectors,
  scope_selectors: z.object({ repository: selectors }).nullish(),
})
type Rule = z.infer<typeof rule>
const texts = z.object({
  retention: z.object({
    algorithm: z.literal('or'),
    rules: z.array(z.unknown()).nullish(),
    trigger: z.object({ settings: z.object({ cron: z.string().nullish() }).nullish() }).nullish(),
  }),
  immutable: z.array(z.unknown()).nullish(),
})

/**
 * What is said of a repository, `project/name`, in the text `{"retention": …, "immutable": […]}` of both answers of
 * Harbor's API. A rule that is not understood is one with a problem; so is a text that is none, since it may delete all.
 *
 * @see https://github.com/goharbor/harbor/tree/main/src/pkg/retention
 */
export function parseHarborRetention(text: string, path: string): HarborRetention {
  const [project = '', ...rest] = path.split('/')
  const name = `the tag retention of Harbor project ${project}`
  const parsed = texts.safeParse(findJson(text))
  if (!parsed.success) {
    const problem = issueText(parsed.error, findJson(text), 'retention')
    const all: RetainRule = { number: 1, selects: () => true, keeps: { problem } }
    return { name, rules: [all], schedule: undefined, isImmutable: () => false }
  }
  const { retention, immutable } = parsed.data
  const repository = rest.join('/')
  const rules = (retention.rules ?? []).flatMap((one, at) => ruleOf(one, at + 1, repository))
  const locks = (immutable ?? []).flatMap(one => lockOf(one, repository))
  return {
    name,
    rules,
    schedule: scheduleOf(retention.trigger?.settings?.cron ?? ''),
    isImmutable: image => image.tags.length > 0 && locks.some(holds => holds(image)),
  }
}

/** Harbor's cron lines begin with the seconds. */
const scheduleOf = (cron: string): string | undefined => {
  const fields = cron.trim().split(/\s+/)
  return fields.length === 6 ? fields.slice(1).join(' ') : cron.trim() || undefined
}

/** None for a rule that is off, or about other repositories. */
function ruleOf(said: unknown, number: number, repository: string): RetainRule[] {
  const parsed = rule.safeParse(said)
  if (!parsed.success)
    return [{ number, selects: () => true, keeps: { problem: issueText(parsed.error, said, 'rule') } }]
  try {
    if (parsed.data.disabled || !isAbout(parsed.data, repository)) return []
    return [{ number, selects: selectorOf(parsed.data), keeps: keepsOf(parsed.data) }]
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    return [{ number, selects: () => true, keeps: { problem: error.message } }]
  }
}

/** A lock that is not understood holds nothing here: what it holds is told of, and stays. */
function lockOf(said: unknown, repository: string): RetainRule['selects'][] {
  const parsed = rule.safeParse(said)
  try {
    if (!parsed.success || parsed.data.disabled || !isAbout(parsed.data, repository)) return []
    return [selectorOf(parsed.data)]
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    return []
  }
}

const isAbout = ({ scope_selectors: scopes }: Rule, repository: string): boolean =>
  (scopes?.repository ?? []).every(one => {
    const matches = compileDoublestar(patternOf(one))
    if (one.decoration === 'repoMatches') return matches(repository)
    if (one.decoration === 'repoExcludes') return !matches(repository)
    throw new InvalidInputError(`expected repoMatches or repoExcludes, got ${one.decoration}`)
  })

/** A rule is about an image when each of its selectors is; a rule without selectors is about none. */
function selectorOf({ tag_selectors: said }: Rule): RetainRule['selects'] {
  const all = (said ?? []).map(oneSelector)
  return image => all.length > 0 && all.every(selects => selects(image))
}

function oneSelector(one: Selector): RetainRule['selects'] {
  const matches = compileDoublestar(patternOf(one))
  const { decoration } = one
  if (decoration !== 'matches' && decoration !== 'excludes')
    throw new InvalidInputError(`expected matches or excludes, got ${decoration}`)
  const untagged = untaggedOf(one)
  // Harbor reads `untagged` of an exclusion the other way round.
  if (decoration === 'matches') return ({ tags }) => (tags.length > 0 ? tags.some(matches) : untagged)
  return ({ tags }) => (tags.length > 0 ? !tags.every(matches) : !untagged)
}

function patternOf({ kind, pattern }: Selector): string {
  if (kind !== 'doublestar') throw new InvalidInputError(`expected a selector doublestar, got ${kind}`)
  return pattern
}

const extras = z.object({ untagged: z.boolean().optional() })

/** Where nothing is said, untagged images are kept by either. */
function untaggedOf({ extras: text = '', decoration }: Selector): boolean {
  const parsed = extras.safeParse(findJson(text))
  return parsed.success ? (parsed.data.untagged ?? false) : decoration === 'matches'
}

const templates: Readonly<Record<string, (amount: number) => Retaining>> = {
  latestPushedK: amount => ({ kind: 'newest', by: 'pushed', amount }),
  latestPulledN: amount => ({ kind: 'newest', by: 'pulled', amount }),
  latestActiveK: amount => ({ kind: 'newest', by: 'active', amount }),
  nDaysSinceLastPush: days => ({ kind: 'days', since: 'pushed', days }),
  nDaysSinceLastPull: days => ({ kind: 'days', since: 'pulled', days }),
  lastXDays: days => ({ kind: 'days', since: 'pushed', days }),
}

function keepsOf({ template, params }: Rule): RetainRule['keeps'] {
  if (template === 'always') return { kind: 'always' }
  const known = Object.hasOwn(templates, template) ? templates[template] : undefined
  const amount = z.coerce.number().int().min(0).safeParse(params?.[template])
  if (!known) return { problem: `expected a known template, got ${template}` }
  return amount.success ? known(amount.data) : { problem: `expected ${template} with a whole number, got none` }
}
