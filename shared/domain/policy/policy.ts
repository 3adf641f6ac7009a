/** An exclusion of the seed: both must match where both are given. */
export interface Exclusion {
  readonly name?: string
  readonly tag?: string
}

/** How many majors, minors in each and patches in each stay; an absent dimension is unlimited. */
export interface SemverRule {
  readonly majorVersions?: number
  readonly minorVersions?: number
  readonly patches?: number
}

/** What an ImageCleanupPolicy says about retention, with its defaults applied. Durations in milliseconds. */
export interface RetentionPolicy {
  readonly keepRecent?: number
  readonly unusedDays?: number
  readonly keepDays?: number
  readonly semver?: SemverRule
  readonly exclude: readonly Exclusion[]
  /** Globs over tags: `*` any run of characters, `?` one. */
  readonly keepTags: readonly string[]
  /** RE2 pattern; its first capture, or its whole match, names the group that versions are counted in. */
  readonly groupBy?: string
  readonly gracePeriodMs: number
  readonly maxDeletionsPerRun: number
  readonly maxDeletionPercent: number
}
