import type { Image } from '../../shared/domain/image.ts'
import { parseImageName } from '../../shared/domain/image-name.ts'
import { secondsOf } from '../../shared/domain/instant.ts'
import type { CleanupPolicy } from '../../shared/domain/policy/policy.ts'
import { partsOf } from '../../shared/domain/repository-id.ts'
import { quoted } from '../../shared/domain/repository-name.ts'
import { decisionOn, type Question } from '../../shared/domain/retention/explain/question.ts'
import { factsOf } from '../../shared/domain/retention/facts.ts'
import { judge } from '../../shared/domain/retention/judge.ts'
import type { Usage } from '../../shared/domain/usage.ts'
import { InvalidInputError } from '../../shared/errors.ts'
import { nearestOf } from '../connect/nearest.ts'
import type { ImageTable } from '../io/image-table.ts'
import { plannedDeletionOf } from '../plan/planned-deletion.ts'
import { explainPolicy } from './explain-policy.ts'
import type { ImageExplanation } from './explanation.ts'
import { summaryOf } from './summary.ts'

/** What an image of files is explained from. */
export interface FileQuestion {
  /** `host/path:tag`, `host/path@sha256:…`, or a path that only one repository of the file ends with. */
  readonly image: string
  readonly policyFile: string
  readonly policy: CleanupPolicy
  readonly table: ImageTable
  readonly usage: Usage
  readonly usageGiven: boolean
  readonly now: Date
}

/** Explains an image of an images file by a policy file. Throws InvalidInputError for an image that is not listed. */
export function explainFiles(files: FileQuestion): ImageExplanation {
  const { policy, usage, now, policyFile } = files
  const { image, images } = getListed(files.image, files.table)
  const question = questionOf(image, images, files)
  const decision = question.answer()
  if (decision === undefined) throw new InvalidInputError(`expected a verdict on ${image.digest}, found none`)
  const stoppedBy = [
    policy.suspend ? 'the policy is suspended' : [],
    policy.dryRun ? 'the policy is on dry run' : [],
  ].flat()
  const explained = explainPolicy(policyFile, question, decision, decision, {
    stoppedBy,
    deletion: plannedDeletionOf({ spec: policy, stoppedBy }, undefined, now),
  })
  const state = decision.verdict === 'delete' ? 'to-delete' : 'kept'
  const { repository, digest, tags, mediaType, sizeBytes } = image
  return {
    version: 1,
    now: secondsOf(now),
    asked: files.image,
    image: {
      repository,
      digest,
      tags: [...tags].sort(),
      ...(mediaType !== undefined && { mediaType }),
      ...(sizeBytes !== undefined && { sizeBytes }),
    },
    state,
    summary: summaryOf({ state, policies: [explained], mark: undefined, gone: undefined, unjudged: undefined }),
    usage: files.usageGiven ? (usage.complete ? 'complete' : 'incomplete') : 'none',
    facts: factsOf(image),
    usedBy: decision.rule === 'in-use' ? decision.protectedBy : [],
    objects: [],
    policies: [explained],
  }
}

const questionOf = ({ digest }: Image, images: readonly Image[], { policy, usage, now }: FileQuestion): Question => ({
  digest,
  images,
  policy,
  now,
  answer: ({ policy: rules = policy, usage: runs = usage, now: then = now } = {}) =>
    decisionOn(digest, judge({ images, usage: runs, policies: [rules], now: then })),
})

function getListed(text: string, table: ImageTable): { image: Image; images: readonly Image[] } {
  const name = parseImageName(text)
  if (name.repository === undefined)
    throw new InvalidInputError(`expected an image with its repository, as in host/path@sha256:…, got ${quoted(text)}`)
  const repositories = table.repositories()
  const typedPath = name.path.replace(/^library\//, '')
  const matching = repositories.includes(name.repository)
    ? [name.repository]
    : name.host === 'docker.io'
      ? repositories.filter(one => partsOf(one).path === typedPath)
      : []
  const [repository, ...others] = matching
  if (repository === undefined || others.length > 0) throw unclear(name.repository, matching, repositories)
  const images = table.imagesOf(repository)
  const { tag, digest } = name
  const image = images.find(one => (digest === undefined ? one.tags.includes(tag ?? '') : one.digest === digest))
  if (image !== undefined) return { image, images }
  const tags = nearestOf(
    tag ?? '',
    images.flatMap(one => one.tags),
  )
  throw new InvalidInputError(
    `expected an image of ${repository} in the images file, found no ${digest ?? tag}; among its tags are ${tags.join(', ') || 'none'}`,
  )
}

const unclear = (wanted: string, matching: readonly string[], known: readonly string[]): InvalidInputError =>
  new InvalidInputError(
    matching.length > 1
      ? `expected one repository with its host, since several have that path: ${matching.join(', ')}`
      : `expected a repository of the images file, found no ${quoted(wanted)}; there are ${nearestOf(wanted, known).join(', ') || 'none'}`,
  )
