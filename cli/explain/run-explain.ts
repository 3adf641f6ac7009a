import { copyLines } from '../../shared/domain/copies/copy-texts.ts'
import { floatingAdvice, floatingTagsOf } from '../../shared/domain/floating-tags.ts'
import { dangersOf } from '../../shared/domain/image-danger.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import { stageOf } from '../../shared/domain/lifecycle/states.ts'
import { platformText } from '../../shared/domain/platform-text.ts'
import type { UsageRecord } from '../../shared/domain/records/workloads.ts'
import { factsOf } from '../../shared/domain/retention/facts.ts'
import { workloadText } from '../../shared/domain/retention/rules/in-use.ts'
import { sourceText, workloadName } from '../../shared/domain/usage.ts'
import { currentReferences, drainedReferences } from '../../shared/domain/usage-records.ts'
import type { CoveredObject } from '../../shared/sweep/world/covered-object.ts'
import { asOwnUsage } from '../../shared/sweep/world/foreign-usage.ts'
import { isKnown } from '../../shared/sweep/world/read-policy-world.ts'
import { imagesOf } from '../../shared/sweep/world/read-world.ts'
import { getImage, type KnownImage } from '../connect/find-image.ts'
import type { Installation } from '../connect/installation.ts'
import { whySkipped } from '../plan/next-sweep.ts'
import { findDisappearance } from './disappearance.ts'
import { type LiveView, viewLive } from './explain-live.ts'
import type { ExplainedImage, ExplainedMark, ImageExplanation, ImageState, PolicyExplanation } from './explanation.ts'
import { pastOf } from './past.ts'
import { registryRuleLines } from './registry-rules.ts'
import { summaryOf } from './summary.ts'

/** Explains an image of the live state, also one that is gone. Throws InvalidInputError for one that was never seen. */
export async function explainLive(image: string, installation: Installation, now: Date): Promise<ImageExplanation> {
  const found = await getImage(image, installation)
  const view = await viewLive(found, installation, now)
  const gone = await findDisappearance(found, installation)
  const past = gone === undefined ? await findPast(found, view, installation) : []
  const mark = gone === undefined ? markOf(found) : undefined
  const policies = gone === undefined ? view.policies : []
  const judged =
    view.world.images.length === 0 ? undefined : imagesOf(view.world).find(one => one.digest === found.digest)
  const drained = gone === undefined ? drainedUse(found, view, installation.rulebook.drained) : []
  const users = usedBy(found, view)
  const registryRules = gone === undefined ? registryRuleLines(found.digest, view.world, users, now) : []
  const copies = copyLines(view.world.copies)
  const facts = [...(judged === undefined ? [] : factsOf(judged)), ...drained]
  const inDanger = dangersOfImage(found, view)
  const nodesMayDiffer = gone === undefined ? floatingTagsOfImage(found, view) : []
  const state = stateOf(gone !== undefined, mark, policies)
  return {
    version: 1,
    now: secondsOf(now),
    asked: image,
    image: imageOf(found, view),
    state,
    summary: summaryOf({ state, policies, mark, gone, unjudged: whyUnjudged(view) }),
    usage: view.usage.complete ? 'complete' : 'incomplete',
    facts,
    ...(inDanger.length > 0 && { inDanger }),
    ...(nodesMayDiffer.length > 0 && { nodesMayDiffer }),
    usedBy: users,
    ...(registryRules.length > 0 && { registryRules }),
    ...(copies.length > 0 && { copies }),
    objects: view.objects.map(objectText),
    policies,
    ...(mark && { mark }),
    ...(gone && { gone }),
    ...(past.length > 0 && { past }),
  }
}

/** The references that name it, or its tag, and what is known of tags. */
function referencesOf({ digest, tag }: KnownImage, { world }: LiveView) {
  const tags = new Map([...world.tags, ...(tag ? [tag] : [])].map(one => [one.tag, one]))
  const names = [...tags.values()].filter(one => one.digest === digest).map(one => one.tag)
  return { tags, references: currentReferences(world.usage, digest, names) }
}

function dangersOfImage(found: KnownImage, view: LiveView): string[] {
  const { tags, references } = referencesOf(found, view)
  const { record } = found
  const images = new Map([...view.world.images, ...(record ? [record] : [])].map(one => [one.digest, one]))
  return dangersOf(references, { tags, images }).map(({ text, users }) => `${text}; referred to by ${usersText(users)}`)
}

function floatingTagsOfImage(found: KnownImage, view: LiveView): string[] {
  const { tags, references } = referencesOf(found, view)
  return floatingTagsOf(references, tags).map(
    ({ text, users }) => `${text}; used by ${usersText(users)}; ${floatingAdvice}`,
  )
}

const usersText = (users: readonly UsageRecord[]): string => users.map(workloadText).sort().join(', ')

const findPast = async (
  { repository, digest }: KnownImage,
  { world }: LiveView,
  { store }: Installation,
): Promise<string[]> => pastOf(digest, await store.listHistory(repository, digest), world.tags)

/** What would protect it if its cluster were not drained. */
function drainedUse({ digest }: KnownImage, { world }: LiveView, drained: readonly string[]): string[] {
  const tags = world.tags.filter(tag => tag.digest === digest).map(({ tag }) => tag)
  const records = [...world.usage, ...asOwnUsage(world.foreignUsage)]
  return drainedReferences(records, digest, tags, drained).map(
    one =>
      `${workloadName(one)} in ${sourceText(one)} does not count, as of ${secondsOf(one.endedAt ?? one.firstSeenAt)}: cluster ${one.cluster} is drained`,
  )
}

const whyUnjudged = ({ world }: LiveView): string | undefined =>
  isKnown(world) ? undefined : `its repository is left alone: ${whySkipped(world)}`

const stateOf = (
  isGone: boolean,
  mark: ExplainedMark | undefined,
  policies: readonly PolicyExplanation[],
): ImageState => {
  if (isGone) return 'gone'
  if (mark !== undefined) return 'marked'
  return policies.some(policy => policy.verdict === 'delete') ? 'to-delete' : 'kept'
}

function imageOf({ repository, digest, record }: KnownImage, { world }: LiveView): ExplainedImage {
  const { mediaType, sizeBytes, platform, storage, archivedBy } = record ?? {}
  return {
    repository,
    digest,
    tags: world.tags
      .filter(tag => tag.digest === digest)
      .map(tag => tag.tag)
      .sort(),
    ...(mediaType !== undefined && { mediaType }),
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(platform && { platform: platformText(platform) }),
    ...(storage !== undefined && { storage }),
    ...(storage === 'archived' && archivedBy && { archivedBy: archivedBy.policy }),
    ...(record !== undefined && record.goneAt === undefined && { stage: stageOf(record) }),
  }
}

/** Who refers to it now, since when. */
const usedBy = ({ digest, record }: KnownImage, { world }: LiveView): string[] => {
  const tags = world.tags.filter(tag => tag.digest === digest).map(tag => tag.tag)
  // Some runtimes report the digest of the config.
  const blobs = (record?.blobs ?? []).map(blob => blob.digest)
  const referring = (records: readonly UsageRecord[]) => [
    ...currentReferences(records, digest, tags),
    ...blobs.flatMap(blob => currentReferences(records, blob, [])),
  ]
  const own = referring(world.usage).map(one => `${workloadText(one)}, seen since ${secondsOf(one.firstSeenAt)}`)
  const foreign = world.foreignUsage
    .filter(one => referring(asOwnUsage([one])).length > 0)
    .map(({ record }) => `${workloadText(record)} as ${record.image}, seen since ${secondsOf(record.firstSeenAt)}`)
  return [...new Set([...own, ...foreign])].sort()
}

const objectText = ({ object, tag }: CoveredObject): string => {
  const { namespace, name } = object.metadata
  const what = tag === undefined ? 'the whole repository' : `tag ${tag}`
  return `Repository ${namespace}/${name} in cluster ${object.cluster}, for ${what}`
}

const markOf = ({ record }: KnownImage): ExplainedMark | undefined =>
  record?.mark && {
    policy: record.mark.policy,
    run: `${record.mark.policy}/${record.mark.runId}`,
    markedAt: secondsOf(record.mark.markedAt),
    deleteAfter: secondsOf(record.mark.deleteAfter),
    reason: record.mark.reason,
  }
