import type { Image } from '../../image.ts'
import { compileGlob } from '../glob.ts'
import { hasParent, isReferrer } from '../listing/listing.ts'
import { isUntagged } from '../read-tags.ts'
import { attachedSubject } from '../versions/tag-kind.ts'
import type { PolicyProtection } from './keep-rule.ts'

interface Said {
  readonly rules?: readonly { readonly tags?: readonly string[]; readonly untagged?: boolean }[]
  /** True where the policy itself has a keep rule, which applies to all that its `rules` do not match. */
  readonly hasOwnRules: boolean
}

/**
 * Retention 26: keeps an image with a tag that no rule of a policy matches, where the policy has no keep rule of its
 * own; and an untagged one that no rule applies to, unless an index of the listing has it as a child, which then
 * decides.
 */
export const unmatched: PolicyProtection<'unmatched', Record<never, never>, Said> = {
  name: 'unmatched',
  fields: {},
  compile: ({ rules = [], hasOwnRules }, suffix) => {
    if (hasOwnRules) return undefined
    const globs = rules.flatMap(({ tags = [] }) => tags.map(glob => compileGlob(glob, 'tag')))
    const ofUntagged = rules.some(rule => rule.untagged === true)
    const isMatched = (tag: string) => attachedSubject(tag) !== undefined || globs.some(matches => matches(tag))
    return ({ listing }, keep) => {
      for (let place = 0; place < listing.images.length; place++) {
        if (isReferrer(listing, place)) continue
        const image = listing.images[place] as Image
        const tag = image.tags.filter(each => !isMatched(each)).sort()[0]
        if (tag !== undefined) keep(place, `no rule of the policy matches its tag ${tag}${suffix}`)
        else if (isUntagged(image) && !ofUntagged && !hasParent(listing, place))
          keep(place, `untagged, and no rule of the policy is for untagged images${suffix}`)
      }
    }
  },
}
