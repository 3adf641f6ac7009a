import pMap, { pMapSkip } from 'p-map'
import type { Digest } from '../../../domain/digest.ts'
import type { RegistryReader } from '../../../ports/registry.ts'

/**
 * True where another tag is on the image, so that it does not go with this one, and where this one is not on it, so that
 * nothing is deleted. Each tag that a list does not place is asked for, until one is found.
 */
export async function isOnOtherTag(
  reader: Pick<RegistryReader, 'findTag' | 'listRepository'>,
  repository: string,
  tag: string,
  digest: Digest,
): Promise<boolean> {
  if ((await reader.findTag(repository, tag)) !== digest) return true
  const others = (await reader.listRepository(repository)).tags.filter(one => one.tag !== tag)
  const likely = others.filter(one => one.digest === undefined || one.digest === digest)
  let isFound = false
  await pMap(
    likely,
    async one => {
      if (isFound) return pMapSkip
      // A list may be of a moment before.
      isFound ||= (await reader.findTag(repository, one.tag)) === digest
      return pMapSkip
    },
    { concurrency: 8 },
  )
  return isFound
}
