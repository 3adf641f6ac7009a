import type { Image } from '../../image.ts'
import type { PolicyProtection } from './keep-rule.ts'

/**
 * Retention 27: keeps what an object outside of the policy's scope tracks, whose namespace has standing, while no policy
 * over that object lets it go. A tag outside of the scope keeps its image in any case, and does not hold the tags inside.
 */
export const tracked: PolicyProtection<'tracked', Record<never, never>, unknown> = {
  name: 'tracked',
  fields: {},
  compile:
    () =>
    ({ listing, scope, tracked: test }, keep) => {
      if (test === undefined) return
      const { repository, images } = listing
      for (let place = 0; place < images.length; place++) {
        const { digest, tags } = images[place] as Image
        const inside =
          tags.length === 0 ? [undefined] : tags.filter(tag => scope?.covers(repository, tag) ?? true).sort()
        for (const tag of inside) {
          const found = test(repository, tag, digest)
          if (found !== undefined) keep(place, { ...found, facts: [] })
        }
      }
    },
}
