import { stemOf } from './stem.ts'
import type { Version } from './version.ts'

/** What tells one count of retention 14 from another. */
export interface CountName {
  readonly group: string | undefined
  readonly variant: string
  readonly kind: 'releases' | 'pre-releases' | 'other tags'
  /** Of other tags: what they begin with, undefined for mere names. */
  readonly stem: string | undefined
}

/** A count in the words of reasons: `pre-releases of variant alpine of group app`, `other tags main-…`. */
export const countText = ({ kind, variant, group, stem }: CountName): string =>
  [
    kind === 'other tags' ? otherText(stem) : kind,
    variant === '' ? [] : `of variant ${variant}`,
    group === undefined ? [] : group === '' ? 'of the empty group' : `of group ${group}`,
  ]
    .flat()
    .join(' ')

const otherText = (stem: string | undefined): string => {
  if (stem === undefined) return 'other tags that are names'
  return stem === '' ? 'other tags that begin with a number or a hash' : `other tags that begin with ${stem}`
}

/** The name of the count that a tag is in, by what its text says once it is read. */
export const countNameOf = (group: string | undefined, text: string, version: Version | undefined): CountName => {
  if (version === undefined) return { group, variant: '', kind: 'other tags', stem: stemOf(text) }
  const kind = version.preRelease.length === 0 ? 'releases' : 'pre-releases'
  return { group, variant: version.variant, kind, stem: undefined }
}
