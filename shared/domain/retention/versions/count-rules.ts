/** How many majors, minors in each and patches in each stay; an absent dimension is unlimited. */
export interface SemverRule {
  readonly majorVersions?: number
  readonly minorVersions?: number
  readonly patches?: number
}

/** What versions are counted for: `keepRecent` 0 and an absent `semver` count nothing. */
export interface CountRules {
  readonly keepRecent?: number
  readonly semver?: SemverRule
}
