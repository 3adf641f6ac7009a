import * as z from 'zod'
import { text } from '../../policy/field-schemas.ts'
import { compileGlob } from '../glob.ts'
import type { PolicyProtection } from './keep-rule.ts'

interface Said {
  /** Globs over tags: `*` any run of characters, `?` one. */
  readonly keepTags: readonly string[]
}

const fields = { keepTags: z.array(text(128, 'a glob')).max(200).default([]) }

/** Retention 8: keeps an image when a glob matches one of its tags. */
export const keepTags: PolicyProtection<'keepTags', typeof fields, Said> = {
  name: 'keepTags',
  fields,
  compile: (said, suffix) => {
    if (said.keepTags.length === 0) return undefined
    const globs = said.keepTags.map(glob => ({
      matches: compileGlob(glob, 'tag'),
      reason: `matches keepTags ${glob}${suffix}`,
    }))
    return ({ listing }, keep) => {
      for (const [place, image] of listing.images.entries()) {
        const glob = globs.find(each => image.tags.some(each.matches))
        if (glob !== undefined) keep(place, glob.reason)
      }
    }
  },
}
