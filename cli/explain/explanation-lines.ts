import { outsideActor } from '../../shared/domain/lifecycle/absence.ts'
import { actionWords } from '../../shared/domain/policy/action-words.ts'
import type { Rank } from '../../shared/domain/retention/explain/rank.ts'
import { sizeText } from '../../shared/domain/size.ts'
import { keptBy } from '../plan/kept-by.ts'
import type { Disappearance, ExplainedImage, ImageExplanation, PolicyExplanation } from './explanation.ts'
import { saverText } from './saver-text.ts'

/** A line of an explanation, before it is broken to fit. */
export interface ExplanationLine {
  readonly text: string
  readonly indent: number
  readonly isTitle: boolean
}

const title = (text: string): ExplanationLine => ({ text, indent: 0, isTitle: true })
const item = (text: string, indent = 2): ExplanationLine => ({ text, indent, isTitle: false })

/** The explanation in words, for the terminal and the console alike. */
export function* explanationLines(explanation: ImageExplanation): Iterable<ExplanationLine> {
  const { image, state, summary, facts, usedBy, objects, policies, mark, gone } = explanation
  yield title(gone === undefined ? nameOf(image) : explanation.asked)
  yield item(detailsOf(image))
  yield item(summary)
  yield* section('What the registry does by itself', explanation.registryRules ?? [])
  yield* section('Copies', explanation.copies ?? [])
  yield* section('Facts', [...facts, ...usageFacts(explanation)])
  yield* section('In danger', explanation.inDanger ?? [])
  yield* section('Nodes may run different images', explanation.nodesMayDiffer ?? [])
  yield* section('In use by', usedBy)
  yield* section('Tracked by', objects)
  for (const policy of policies) yield* policyLines(policy, explanation)
  if (mark !== undefined)
    yield* section('Mark', [
      `set at ${mark.markedAt} by run ${mark.run}: ${mark.reason}`,
      `grace until ${mark.deleteAfter}`,
    ])
  if (gone !== undefined) yield* section('What became of it', goneLines(gone))
  yield* section('What happened before', explanation.past ?? [])
  if (state === 'marked' || state === 'to-delete')
    yield* section('What saves it whatever the policies say', [runText(image)])
}

function* section(name: string, items: readonly string[]): Iterable<ExplanationLine> {
  if (items.length === 0) return
  yield title(name)
  for (const text of items) yield item(text)
}

const nameOf = ({ repository, tags, digest }: ExplainedImage): string =>
  tags.length === 0 ? `${repository}@${digest}` : `${repository}:${tags.join(', ')}`

const detailsOf = ({ digest, sizeBytes, platform, stage, storage, archivedBy, mediaType }: ExplainedImage): string =>
  [
    digest,
    platform ?? mediaType,
    sizeBytes === undefined ? undefined : sizeText(sizeBytes),
    stage === undefined ? undefined : `stage ${stage}`,
    storage === undefined
      ? undefined
      : `${storage} in its registry${archivedBy === undefined ? '' : ` by ${archivedBy}`}`,
  ]
    .filter(part => part !== undefined)
    .join(', ')

const usageFacts = ({ usage }: ImageExplanation): string[] => {
  if (usage === 'incomplete') return ['what runs is not known completely, so everything is kept']
  return usage === 'none' ? ['usage was not given: judged as if nothing ran'] : []
}

function* policyLines(policy: PolicyExplanation, { image, facts }: ImageExplanation): Iterable<ExplanationLine> {
  const { verb } = actionWords(policy.action ?? 'Delete')
  yield title(`Policy ${policy.policy}`)
  yield item(
    policy.verdict === 'keep' ? `${keptBy(policy.rule)}: ${policy.reason}` : `would ${verb} it: ${policy.reason}`,
  )
  for (const by of policy.protectedBy) yield item(`protected by ${by}`, 4)
  for (const fact of policy.facts.filter(one => !facts.includes(one))) yield item(fact, 4)
  if (policy.alone !== undefined) yield item(`by itself it would ${verb} it: ${policy.alone.reason}`)
  if (policy.deletedTags !== undefined) yield item(`deletes its tags ${policy.deletedTags.join(', ')}`)
  for (const rank of policy.ranks) yield item(rankText(rank))
  if (policy.otherwise !== undefined) yield item(otherwiseText(policy.otherwise))
  if (policy.waits !== undefined) yield item(policy.waits.text)
  if (policy.deletion !== undefined) yield item(policy.deletion.text)
  for (const line of policy.clamped ?? []) yield item(line)
  for (const reason of policy.stoppedBy) yield item(`deletes nothing now: ${reason}`)
  if (policy.lastRun !== undefined)
    yield item(
      `last run ${policy.lastRun.run} at ${policy.lastRun.at}: ${policy.lastRun.result}, ${policy.lastRun.message}`,
    )
  if (policy.saves.length > 0) yield item('each of these saves it:')
  for (const saver of policy.saves) yield item(saverText(saver), 4)
  if (policy.verdict === 'delete' && policy.saves.length === 0 && image.tags.length === 0)
    yield item('no number of the policy that can be raised saves it; a tag that keepTags names does')
}

const rankText = ({ tag, count, rule, place, of, equal, kept }: Rank): string => {
  const alike = equal === 0 ? '' : `, tied with ${equal} more`
  const by = rule === undefined ? 'keepRecent' : `keepRecent of ${rule}`
  return `${tag} is number ${place} of ${of} ${count}${alike}; ${by} keeps ${kept ?? 0}`
}

const otherwiseText = ({
  after,
  until,
  verdict,
  rule,
  reason,
}: NonNullable<PolicyExplanation['otherwise']>): string => {
  const then = verdict === 'keep' ? `it is still ${keptBy(rule)}: ${reason}` : `it is to be deleted: ${reason}`
  return after === 'use'
    ? `without the workloads that use it, ${then}`
    : `until ${until ?? ''}; then, as things stand, ${then}`
}

const runText = ({ repository, tags, digest }: ExplainedImage): string =>
  `a workload that refers to ${tags[0] === undefined ? `${repository}@${digest}` : `${repository}:${tags[0]}`}, in any cluster`

const endTexts = { deleted: 'was deleted at', 'found-gone': 'was found gone at' } as const

function doerText({ how, by }: Disappearance): string {
  if (by === undefined || by === outsideActor) return ''
  return how === 'found-gone' ? `, deleted by ${by}` : `, by ${by}`
}

const reasonText = ({ by, reason }: Disappearance): string[] => {
  if (reason === undefined) return []
  return [by === undefined || by === outsideActor ? reason : `because: ${reason}`]
}

const goneLines = (gone: Disappearance): string[] => {
  const { what, at, how, run, facts } = gone
  return [
    `the ${what} ${how === undefined ? 'has been gone since' : endTexts[how]} ${at}${doerText(gone)}`,
    run === undefined ? [] : `in run ${run}`,
    reasonText(gone),
    facts,
    wayBack(gone),
  ].flat()
}

function wayBack({ heldAs, restore }: Disappearance): string {
  if (heldAs !== undefined) return `back with a tag on ${heldAs}, which the registry still holds: no push is needed`
  return restore === undefined
    ? 'its manifest is not in the archive: only a new push from its source puts it back'
    : `back with ${restore}, as long as the registry still has its blobs`
}
