import type { TagRecord } from '../domain/records/images.ts'
import type { RegistryRules } from '../domain/registry-rules/registry-rules.ts'
import { isSoon, runText, soonDays, takingText } from '../domain/registry-rules/taking.ts'
import { findCondition } from '../objects/conditions.ts'
import type { Condition, CustomObject, ObjectEvent } from '../ports/cluster.ts'
import { namespaceOf } from '../sweep/world/tenants.ts'
import { workloadSeenFrom } from './other-namespaces.ts'
import type { RepositoryView } from './read-repositories.ts'
import type { InDanger, RegistryRulesView } from './registry-rules.ts'
import type { Tracked } from './tracked-object.ts'

export const registryRulesType = 'RegistryWillDelete'

/** The condition that says whether a rule of the registry itself is about to take what an object tracks. */
export type RegistryRulesCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>

const conditionOf = (status: Condition['status'], reason: string, message: string): RegistryRulesCondition => ({
  type: registryRulesType,
  status,
  reason,
  message,
})

/** Of an object that was told of such rules, and may not know more. */
export const unknownRules = conditionOf('Unknown', 'RulesNotRead', 'whether the registry deletes it is not known')

const reasons: Readonly<Record<RegistryRules['kind'], string>> = {
  'ecr-lifecycle': 'LifecyclePolicy',
  'harbor-retention': 'TagRetention',
  'quay-autoprune': 'RegistryRule',
  'google-cleanup': 'RegistryRule',
}

export interface TrackedTag {
  readonly one: Tracked
  /** The tag that the object tracks. */
  readonly tag: TagRecord | undefined
  /** What the object may know of its repository. */
  readonly shown: RepositoryView | undefined
}

/**
 * Of an object for a tag: True where a rule takes its image soon, unless nothing runs it and a policy of ours has marked it
 * as well. Of an object for a whole repository: True where a rule takes one soon that runs. Undefined where no rules were
 * asked for, where there is no such tag, and while the object shows nothing of the repository. Equal facts give equal text.
 */
export function registryRulesCondition(tracked: TrackedTag, now: Date): RegistryRulesCondition | undefined {
  const { one, tag, shown } = tracked
  const view = shown?.registryRules
  const isThere = one.spec.tag === undefined || (tag !== undefined && tag.goneAt === undefined)
  if (!view || !isThere) return undefined
  const { refused, rules } = view.read
  if (refused)
    return conditionOf('Unknown', 'RulesNotRead', `the registry's own rules may not be read: ${refused.message}`)
  if (!rules) return conditionOf('False', 'NoRules', 'the registry has no rules by which it deletes here')
  const found = one.spec.tag === undefined ? wholeDanger(one, view, now) : tagDanger(tracked, view, now)
  if (found && 'unclear' in found) return conditionOf('Unknown', 'RuleNotUnderstood', found.unclear)
  if (found) return conditionOf('True', reasons[rules.kind] ?? 'RegistryRule', found.message)
  return conditionOf('False', 'NoRuleTakesIt', `no rule of the registry takes it within ${soonDays} days`)
}

type Danger = { readonly message: string } | { readonly unclear: string } | undefined

function tagDanger({ one, tag, shown }: TrackedTag, view: RegistryRulesView, now: Date): Danger {
  if (!tag) return undefined
  const { takings, unclear } = view.report(now)
  const taking = takings.get(tag.digest)
  if (taking && isSoon(taking, now)) {
    const users = (shown?.usageOf(tag.tag, tag.digest) ?? []).filter(record => record.endedAt === undefined)
    if (users.length > 0) return { message: `${takingText(taking)}, and ${runTextFor(one.object, users)}` }
    if (shown?.images.get(tag.digest)?.mark === undefined)
      return { message: `${takingText(taking)}; no workload is known to run it` }
  }
  const why = unclear.get(tag.digest)
  return why === undefined ? undefined : { unclear: why }
}

const shownImages = 3

function wholeDanger({ object }: Tracked, view: RegistryRulesView, now: Date): Danger {
  const found = view.inDanger(now)
  const unclear = found.length === 0 ? view.findUnclear(now) : undefined
  if (unclear !== undefined) return { unclear }
  if (found.length === 0) return undefined
  const shown = found
    .slice(0, shownImages)
    .map(({ name, taking, users }) => `${name}: ${takingText(taking)}, and ${runTextFor(object, users)}`)
  const more = found.length - shown.length
  return { message: `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}` }
}

const runTextFor = (object: CustomObject, users: InDanger['users']): string =>
  runText(users.map(record => workloadSeenFrom(namespaceOf(object), record)))

/** Told once, when it becomes true. */
export function registryRulesNews(before: CustomObject['status'], after: CustomObject['status']): ObjectEvent[] {
  const [old, now] = [findCondition(before, registryRulesType), findCondition(after, registryRulesType)]
  if (now?.status !== 'True' || old?.status === 'True') return []
  return [{ type: 'Warning', reason: registryRulesType, message: now.message }]
}
