import { AccessDeniedError, NotFoundError } from '../../shared/errors.ts'
import type { RegistryReader } from '../../shared/ports/registry.ts'

/**
 * What a registry shows to a credential: all of a repository (undefined), none of it by its status, an empty list, or
 * some tags.
 */
export type Shown = undefined | 401 | 403 | 404 | 'empty' | readonly string[]

/** The reader of a credential to which only so much is shown, as registries do that hide what one may not read. */
export function readerShown(whole: RegistryReader, shown: Shown): RegistryReader {
  if (shown === undefined) return whole
  const { findTaggedManifest: _, ...reader } = whole
  if (typeof shown === 'object')
    return {
      ...reader,
      listRepository: async path => ({
        tags: (await reader.listRepository(path)).tags.filter(({ tag }) => shown.includes(tag)),
      }),
      findTag: async (path, tag) => (shown.includes(tag) ? reader.findTag(path, tag) : undefined),
    }
  const refused = async (): Promise<never> => {
    throw new AccessDeniedError(`got ${shown}`, { kind: shown === 401 ? 'authentication' : 'permission' })
  }
  const isHidden = shown === 404 || shown === 'empty'
  return {
    ...reader,
    listRepository: async path => {
      if (shown === 'empty') return { tags: [] }
      if (shown === 404) throw new NotFoundError(`${path} is not there`)
      return refused()
    },
    findTag: isHidden ? async () => undefined : refused,
    findManifest: isHidden ? async () => undefined : refused,
    hasManifest: isHidden ? async () => false : refused,
    listReferrers: isHidden ? async () => [] : refused,
  }
}
