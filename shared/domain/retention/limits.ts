/** How much a sweep may delete at once (retention 24). Limits never change verdicts: what exceeds them waits. */
export interface Limits {
  /** The pace: a run marks at most so many images. */
  readonly maxDeletionsPerRun: number
  /** The fuse: where more than this share of a repository would be deleted, it waits for a person's approval. */
  readonly maxDeletionPercent: number
  /** False where nothing is deleted in the registry: no share is then too large. */
  readonly hasFuse: boolean
}

/** A policy as far as its limits go. */
export interface LimitedPolicy {
  readonly maxDeletionsPerRun: number
  readonly maxDeletionPercent: number
  /** Where it deletes; the fuse holds where that is not known. */
  readonly targets?: readonly string[]
}

/** How many images one repository has, and how many of them are to be deleted. */
export interface DeletionShare {
  readonly repository: string
  readonly images: number
  readonly toDelete: number
}

/** A share with how many of those to delete a person has approved. */
export interface ApprovedShare extends DeletionShare {
  readonly approved: number
}

/** Whether something of a plan waits, and for what. */
export interface LimitCheck {
  readonly maxDeletionsPerRun: number
  readonly maxDeletionPercent: number
  /** True where something waits. */
  readonly exceeded: boolean
  /** How many images one run leaves to later ones; absent for none. */
  readonly waitForPace?: number
  /** The repositories that are left out until a person approves; absent for none. */
  readonly waitForApproval?: ApprovalWanted
  /** The same in words; absent where nothing waits. */
  readonly reason?: string
}

export interface ApprovalWanted {
  /** Names the very plan that is to be approved; absent in a plan of files, which cannot be approved. */
  readonly hash?: string
  readonly repositories: readonly ApprovedShare[]
}

/** A repository may lose so many images without an approval, whatever their share. */
export const imagesWithoutFuse = 20

/** The tightest limits of several policies that judge together. */
export const tightestLimits = (policies: readonly LimitedPolicy[]): Limits => ({
  maxDeletionsPerRun: Math.min(...policies.map(policy => policy.maxDeletionsPerRun)),
  maxDeletionPercent: Math.min(...policies.map(policy => policy.maxDeletionPercent)),
  hasFuse: policies.some(({ targets }) => targets === undefined || targets.includes('RegistryArtifact')),
})

/** True for a repository that waits for approval. What is approved does not count. */
export const needsApproval = (
  { hasFuse, maxDeletionPercent }: Limits,
  { images, toDelete, approved }: ApprovedShare,
): boolean => {
  const beyond = toDelete - approved
  return hasFuse && beyond > imagesWithoutFuse && beyond * 100 > maxDeletionPercent * images
}

/** `18 of 30 images of registry.example.com/app would be deleted, more than 50 %` */
export const shareText = ({ repository, images, toDelete, approved }: ApprovedShare, maxPercent: number): string => {
  const known = approved > 0 ? `, ${approved} of them approved,` : ''
  return `${toDelete} of ${images} images of ${repository}${known} would be deleted, more than ${maxPercent} %`
}

/** `197 images wait for later runs, as maxDeletionsPerRun is 100` */
export const paceText = (waiting: number, { maxDeletionsPerRun }: Pick<Limits, 'maxDeletionsPerRun'>): string =>
  `${waiting} ${waiting === 1 ? 'image waits' : 'images wait'} for later runs, as maxDeletionsPerRun is ${maxDeletionsPerRun}`

const namedRepositories = 5

/** Every repository that waits for approval with its numbers; of many the first few. */
export const sharesText = (shares: readonly ApprovedShare[], maxPercent: number): string => {
  const named = shares.slice(0, namedRepositories).map(share => shareText(share, maxPercent))
  const more = shares.length - named.length
  return [...named, ...(more > 0 ? [`${more} more repositories likewise`] : [])].join('; ')
}

/** What of a plan waits, in numbers and in words. */
export const limitCheckOf = (
  limits: Limits,
  waitForPace: number,
  { hash, repositories }: ApprovalWanted,
): LimitCheck => {
  const { maxDeletionsPerRun, maxDeletionPercent } = limits
  const reasons = [
    ...(waitForPace > 0 ? [paceText(waitForPace, limits)] : []),
    ...(repositories.length > 0 ? [`waiting for approval: ${sharesText(repositories, maxDeletionPercent)}`] : []),
  ]
  return {
    maxDeletionsPerRun,
    maxDeletionPercent,
    exceeded: reasons.length > 0,
    ...(waitForPace > 0 && { waitForPace }),
    ...(repositories.length > 0 && { waitForApproval: { ...(hash !== undefined && { hash }), repositories } }),
    ...(reasons.length > 0 && { reason: reasons.join('; ') }),
  }
}
