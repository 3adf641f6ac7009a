import type { Digest } from './digest.ts'
import type { ImageRecord, TagRecord } from './records/images.ts'
import type { ReferenceIndex } from './reference-index.ts'
import { parseVersion } from './retention/versions/parse-version.ts'
import { compareVersions, type Version } from './retention/versions/version.ts'
import { type VersionRun, versionRuns } from './version-runs.ts'

export const versionRoles = ['Current', 'Rollback', 'EmergencyRollback', 'Deletable'] as const
/** What a version is to those who run it. */
export type VersionRole = (typeof versionRoles)[number]

/**
 * The roles of the images of one repository, from what the workloads of all clusters run or ran. An image without a
 * role is not in the answer. Roles are shown to people; they protect and delete nothing by themselves.
 *
 * - **Current**: a workload refers to it, not only as a rollback target: by digest, by a tag that is on it now, or
 *   through an index above or below it. Canaries and clusters apart make several.
 * - **Rollback**: the one image that a rollback would go to: the rollback target (an old ReplicaSet or
 *   ControllerRevision) that ran last, else the image that ran last. **EmergencyRollback** is the next one in that order.
 * - **Deletable**: marked for deletion, and no workload refers to it, not even as a rollback target.
 *
 * The order is: rollback targets, since one command brings them back; then what ran until later; what ran only before
 * usage was recorded comes last. Ties go to the higher version, the later push, the smaller digest. A version newer than
 * every current one takes no place (after a rollback the broken version is no way back), nor does a marked one that no
 * workload refers to, nor one that never ran. Without a current image there is nothing to roll back, and no place.
 *
 * Tags on one digest share its role. A digest that no tag is on any more takes its place like any other, so that no tag
 * may bear a role that is taken. Roles go by whole repository: variants and lines of one repository are not kept apart.
 * A cluster that cannot be listed counts with what it was last seen to run.
 */
export function versionRolesOf(
  images: readonly ImageRecord[],
  tags: readonly TagRecord[],
  references: ReferenceIndex,
): ReadonlyMap<Digest, VersionRole> {
  const runs = versionRuns(images, tags, references)
  const current = runs.filter(run => run.isCurrent)
  const [rollback, emergency] = current.length === 0 ? [] : waysBack(runs, current)
  const roles = new Map<Digest, VersionRole>()
  for (const { image, isTarget } of runs) if (image.mark && !isTarget) roles.set(image.digest, 'Deletable')
  if (emergency) give(roles, emergency, 'EmergencyRollback')
  if (rollback) give(roles, rollback, 'Rollback')
  for (const run of current) give(roles, run, 'Current')
  return roles
}

/** An index and what is below it are one version. */
function give(roles: Map<Digest, VersionRole>, run: VersionRun, role: VersionRole): void {
  for (const digest of run.digests) roles.set(digest, role)
}

function waysBack(runs: readonly VersionRun[], current: readonly VersionRun[]): readonly VersionRun[] {
  const newest = current
    .flatMap(run => versionOf(run) ?? [])
    .sort(compareVersions)
    .at(-1)
  const isNewer = (version: Version | undefined): boolean =>
    newest !== undefined && version !== undefined && compareVersions(version, newest) > 0
  return runs
    .filter(run => !run.isPart && !run.isCurrent && run.hasRun && !(run.image.mark && !run.isTarget))
    .map(run => ({ run, version: versionOf(run) }))
    .filter(({ version }) => !isNewer(version))
    .sort(compareWaysBack)
    .map(({ run }) => run)
}

interface WayBack {
  readonly run: VersionRun
  readonly version: Version | undefined
}

function compareWaysBack(a: WayBack, b: WayBack): number {
  return (
    Number(b.run.isTarget) - Number(a.run.isTarget) ||
    (b.run.ranUntil?.getTime() ?? 0) - (a.run.ranUntil?.getTime() ?? 0) ||
    compareNewest(a.version, b.version) ||
    b.run.image.pushedAt.at.getTime() - a.run.image.pushedAt.at.getTime() ||
    (a.run.image.digest < b.run.image.digest ? -1 : 1)
  )
}

/** The newer first; what is no version ranks last. */
function compareNewest(a: Version | undefined, b: Version | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  return compareVersions(b, a)
}

/** The highest version that its tags name. */
const versionOf = ({ tags }: VersionRun): Version | undefined =>
  tags
    .flatMap(tag => parseVersion(tag) ?? [])
    .sort(compareVersions)
    .at(-1)
