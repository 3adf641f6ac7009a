/** What a sweep may delete, and whether a plan passes it (retention 24). Limits never change verdicts. */
export interface LimitCheck {
  readonly maxDeletionsPerRun: number
  readonly maxDeletionPercent: number
  readonly exceeded: boolean
  /** Which limit is passed and where; absent where none is. */
  readonly reason?: string
}

/** The images and the doomed images of one repository. */
export interface DoomedShare {
  readonly repository: string
  readonly images: number
  readonly doomed: number
}

/** The limits of a policy. */
export interface Limits {
  readonly maxDeletionsPerRun: number
  readonly maxDeletionPercent: number
}

/** The tightest limits of several policies that judge together. */
export const tightestLimits = (policies: readonly Limits[]): Limits => ({
  maxDeletionsPerRun: Math.min(...policies.map(policy => policy.maxDeletionsPerRun)),
  maxDeletionPercent: Math.min(...policies.map(policy => policy.maxDeletionPercent)),
})

/**
 * Checks a plan: the count is of all doomed images, the share is of the images of each repository. The reason names the
 * count where that is passed, else the first repository, in the order given, whose share is.
 */
export const checkLimits = (limits: Limits, shares: readonly DoomedShare[]): LimitCheck => {
  const { maxDeletionsPerRun, maxDeletionPercent } = limits
  const doomed = shares.reduce((sum, share) => sum + share.doomed, 0)
  const reason = passed(limits, doomed, shares)
  return {
    maxDeletionsPerRun,
    maxDeletionPercent,
    exceeded: reason !== undefined,
    ...(reason === undefined ? {} : { reason: `the sweep would stop: ${reason}` }),
  }
}

const passed = (limits: Limits, doomed: number, shares: readonly DoomedShare[]): string | undefined => {
  if (doomed > limits.maxDeletionsPerRun) {
    return `${doomed} images are doomed, maxDeletionsPerRun is ${limits.maxDeletionsPerRun}`
  }
  const over = shares.find(share => share.doomed * 100 > limits.maxDeletionPercent * share.images)
  if (over === undefined) return undefined
  return `${over.doomed} of ${over.images} images of ${over.repository} are doomed, maxDeletionPercent is ${limits.maxDeletionPercent}`
}
