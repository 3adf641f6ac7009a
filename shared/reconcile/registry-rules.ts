import type { Digest } from '../domain/digest.ts'
import type { ImageRecord, TagRecord } from '../domain/records/images.ts'
import type { ReadRules, RepositoryRecord } from '../domain/records/syncs.ts'
import type { UsageRecord } from '../domain/records/workloads.ts'
import { takingsOf } from '../domain/registry-rules/registry-rules.ts'
import { ruledImagesOf } from '../domain/registry-rules/ruled-images.ts'
import {
  isSoon,
  type RuledImage,
  type RuleReport,
  runText,
  type Taking,
  takingText,
} from '../domain/registry-rules/taking.ts'
import { workloadText } from '../domain/retention/rules/in-use.ts'

/** What the rules of its registry do with the images of a repository. */
export interface RegistryRulesView {
  readonly read: ReadRules
  /** Worked out once, for the moment that is asked first. */
  report(now: Date): RuleReport
  /** Images that workloads refer to and a rule takes soon, in the order of their names. */
  inDanger(now: Date): readonly InDanger[]
  /** Why it is not known of an image whether a rule takes it that workloads refer to; undefined where it is of all. */
  findUnclear(now: Date): string | undefined
}

/** An image that is in use, and that its registry is about to take. */
export interface InDanger {
  /** `v1.4`, or `sha256:…` where it has no tag. */
  readonly name: string
  readonly taking: Taking
  readonly users: readonly UsageRecord[]
}

interface KnownImages {
  readonly repository: RepositoryRecord | undefined
  readonly images: readonly ImageRecord[]
  readonly tags: readonly TagRecord[]
  /** They are not all that the repository has. */
  readonly isPart: boolean
}

type ReferencesTo = (tags: readonly string[], digest: Digest) => readonly UsageRecord[]

/** Undefined where the rules of the repository were never asked for. */
export function registryRulesView(
  { repository, images, tags, isPart }: KnownImages,
  referencesTo: ReferencesTo,
): RegistryRulesView | undefined {
  const read = repository?.registryRules
  if (!read) return undefined
  const { rules } = read
  let ruled: readonly RuledImage[] | undefined
  let known: RuleReport | undefined
  const report = (now: Date): RuleReport => {
    if (!rules) return nothingTaken
    ruled ??= ruledImagesOf(images, tags)
    known ??= takingsOf(rules, repository.path, ruled, { now, isIncomplete: isPart })
    return known
  }
  const usersOf: UsersOf = ({ tags: names, digest }) =>
    referencesTo(names, digest).filter(record => record.endedAt === undefined)
  return {
    read,
    report,
    inDanger: now => dangersOf(report(now), ruled ?? [], usersOf, now),
    findUnclear: now => findUnclear(report(now), ruled ?? [], usersOf),
  }
}

type UsersOf = (image: RuledImage) => readonly UsageRecord[]

const dangersOf = ({ takings }: RuleReport, ruled: readonly RuledImage[], usersOf: UsersOf, now: Date): InDanger[] =>
  ruled
    .flatMap(image => {
      const taking = takings.get(image.digest)
      const users = taking && isSoon(taking, now) ? usersOf(image) : []
      return taking && users.length > 0 ? [{ name: nameOf(image), taking, users }] : []
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))

function findUnclear({ unclear }: RuleReport, ruled: readonly RuledImage[], usersOf: UsersOf): string | undefined {
  if (unclear.size === 0) return undefined
  const inUse = ruled.filter(image => unclear.has(image.digest) && usersOf(image).length > 0)
  const [first] = inUse.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  return first && `${nameOf(first)}: ${unclear.get(first.digest)}`
}

const nameOf = ({ tags, digest }: RuledImage): string => tags.toSorted()[0] ?? digest

const nothingTaken: RuleReport = { takings: new Map(), unclear: new Map() }

/** For who runs the installation: all names in full. */
export const inDangerTexts = (repository: string, view: RegistryRulesView | undefined, now: Date): string[] =>
  (view?.inDanger(now) ?? []).map(
    ({ name, taking, users }) =>
      `${repository}${name.startsWith('sha256:') ? '@' : ':'}${name}: ${takingText(taking)}, and ${runText(users.map(workloadText))}`,
  )
